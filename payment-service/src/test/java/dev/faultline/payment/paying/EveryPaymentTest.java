package dev.faultline.payment.paying;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Charging;
import dev.faultline.payment.paying.Payment.Pending;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Explores every reachable combined state of a payment, the acquirer's card and the requests in flight, under any
 * sequence of commands, any failure of a request, and crashes before the outcome is recorded. The state space is
 * finite, so it is explored completely.
 */
class EveryPaymentTest {
    private static final OrderId ORDER = new OrderId("7K-06B3N8ZQ4M1V9X2W5T0C");
    private static final List<PaymentCommand> COMMANDS = List.of(
            new ChargePayment(ORDER, new Money(1250, "EUR"), "card-visa", "alice"),
            new VoidPayment(ORDER));
    /** More requests in flight add no states, because the acquirer executes each operation once. */
    private static final int MAX_IN_FLIGHT = 3;

    private static final Map<State, List<String>> STATES = new HashMap<>();

    /** What happens to a request. */
    private enum Fault {
        /** Executed and answered; a charge succeeds. */
        FINE,
        /** Answered; a charge is declined. */
        BANK_DECLINES,
        /** Lost before it was executed. */
        LOST,
        /** Executed, but the answer is lost. */
        ANSWER_LOST,
        /** Executed at a later time and never answered. */
        LATE,
        /** Not sent, because the circuit is open. */
        NOT_SENT
    }

    /**
     * @param stored the payment as it is read from the database
     * @param inFlight requests that have not reached the acquirer
     * @param declined whether the checkout received a decline of its charge
     * @param voided whether the checkout received the confirmation of its void
     */
    private record State(Payment stored, AcquirerState card, Set<Operation> inFlight, Set<Transfer.Kind> ledger,
            boolean declined, boolean voided) {

        static State initial() {
            return new State(new Absent(ORDER), AcquirerState.UNKNOWN, Set.of(), Set.of(), false, false);
        }

        /** The successor states by event. */
        Map<String, State> next() {
            var next = new HashMap<String, State>();
            for (PaymentCommand command : COMMANDS) {
                Step step = stored.on(command);
                State taken = recorded(command, step, card, inFlight);
                next.put(name(command), taken);
                if (step.next() instanceof Pending pending) {
                    ask(name(command), command, pending, taken, next);
                }
            }
            if (stored.status() == Payment.Status.VOIDING || stored.status() == Payment.Status.REFUNDING) {
                ask("overdue", COMMANDS.getLast(), (Pending) stored, this, next);
            }
            for (Operation late : inFlight) {
                var others = EnumSet.copyOf(inFlight);
                others.remove(late);
                var acquirer = new Card(card, Set.copyOf(others), List.of(Fault.FINE));
                acquirer.perform(late);
                next.put("late " + late, new State(stored, acquirer.state, acquirer.inFlight, ledger, declined,
                        voided));
            }
            return next;
        }

        private void ask(String cause, PaymentCommand command, Pending pending, State taken, Map<String, State> next) {
            for (Fault first : Fault.values()) {
                for (Fault second : Fault.values()) {
                    var acquirer = new Card(card, inFlight, List.of(first, second));
                    Step step = pending.settle(acquirer, null);
                    String faults = cause + " " + first + " " + second;
                    next.put(faults, taken.recorded(command, step, acquirer.state, acquirer.inFlight));
                    next.put(faults + ", died", new State(taken.stored, acquirer.state, acquirer.inFlight,
                            taken.ledger, taken.declined, taken.voided));
                }
            }
        }

        private State recorded(PaymentCommand command, Step step, AcquirerState card, Set<Operation> inFlight) {
            CheckoutReply reply = step.reply();
            var kinds = Stream.concat(ledger.stream(), step.transfers().stream().map(Transfer::kind))
                    .collect(Collectors.toSet());
            return new State(readBack(step.next()), card, inFlight, kinds,
                    declined || (command instanceof ChargePayment && reply instanceof PaymentDeclined),
                    voided || reply instanceof PaymentVoided);
        }

        private static Payment readBack(Payment payment) {
            return payment instanceof Charging charging ? new Charging(ORDER, charging.details(), true) : payment;
        }

        private static String name(PaymentCommand command) {
            return command.getClass().getSimpleName();
        }
    }

    /** The acquirer's contract: each operation at most once per id, and none after a void or a refund. */
    private static final class Card implements Acquirer {
        private final List<Fault> faults;
        private int asked;
        private AcquirerState state;
        private Set<Operation> inFlight;

        Card(AcquirerState state, Set<Operation> inFlight, List<Fault> faults) {
            this.state = state;
            this.inFlight = inFlight;
            this.faults = faults;
        }

        @Override
        public Answer ask(Request request, @Nullable String traceparent) {
            Fault fault = faults.get(asked++);
            return switch (fault) {
                case FINE -> perform(request.operation());
                case BANK_DECLINES -> {
                    if (request.operation() == Operation.CHARGE && state == AcquirerState.UNKNOWN) {
                        state = AcquirerState.DECLINED;
                    }
                    yield perform(request.operation());
                }
                case LOST -> new Answer.Unknown("lost");
                case ANSWER_LOST -> {
                    perform(request.operation());
                    yield new Answer.Unknown("answer lost");
                }
                case LATE -> {
                    if (inFlight.size() < MAX_IN_FLIGHT) {
                        inFlight = Stream.concat(inFlight.stream(), Stream.of(request.operation()))
                                .collect(Collectors.toUnmodifiableSet());
                    }
                    yield new Answer.Unknown("late");
                }
                case NOT_SENT -> new Answer.NotSent("circuit open");
            };
        }

        private Answer perform(Operation operation) {
            return switch (operation) {
                case CHARGE -> switch (state) {
                    case UNKNOWN -> becomes(AcquirerState.CHARGED);
                    case CHARGED -> new Answer.Done();
                    case DECLINED -> new Answer.Declined("insufficient-funds");
                    case VOIDED, REFUNDED -> new Answer.Refused(state);
                };
                case VOID -> switch (state) {
                    case UNKNOWN, DECLINED, VOIDED -> becomes(AcquirerState.VOIDED);
                    case CHARGED, REFUNDED -> new Answer.Refused(state);
                };
                case REFUND -> switch (state) {
                    case CHARGED, REFUNDED -> becomes(AcquirerState.REFUNDED);
                    case UNKNOWN, DECLINED, VOIDED -> new Answer.Refused(state);
                };
            };
        }

        private Answer becomes(AcquirerState next) {
            state = next;
            return new Answer.Done();
        }
    }

    @BeforeAll
    static void exploreAllStates() {
        Deque<State> open = new ArrayDeque<>(List.of(State.initial()));
        STATES.put(State.initial(), List.of());
        while (!open.isEmpty()) {
            State explored = open.remove();
            explored.next().forEach((event, next) -> {
                if (!STATES.containsKey(next)) {
                    var path = new ArrayList<>(STATES.getOrDefault(explored, List.of()));
                    path.add(event);
                    STATES.put(next, List.copyOf(path));
                    open.add(next);
                }
            });
        }
    }

    @Test
    void visitsPaymentsInEveryState() {
        assertThat(STATES.keySet().stream().map(explored -> explored.stored.status()))
                .contains(Payment.Status.values());
    }

    @Test
    void neverChargesAfterAConfirmedVoid() {
        assertThat(STATES).allSatisfy((explored, path) -> {
            if (explored.voided) {
                assertThat(explored.card).as("after %s", path).isNotEqualTo(AcquirerState.CHARGED);
            }
        });
    }

    @Test
    void neverChargesAfterADecline() {
        assertThat(STATES).allSatisfy((explored, path) -> {
            if (explored.declined) {
                assertThat(explored.card).as("after %s", path).isNotEqualTo(AcquirerState.CHARGED);
            }
        });
    }

    @Test
    void agreesWithTheAcquirer() {
        assertThat(STATES).allSatisfy((explored, path) -> {
            switch (explored.stored.status()) {
                case ABSENT -> assertThat(explored.card).as("after %s", path).isEqualTo(AcquirerState.UNKNOWN);
                case CHARGED -> assertThat(explored.card).as("after %s", path).isEqualTo(AcquirerState.CHARGED);
                case DECLINED -> assertThat(explored.card).as("after %s", path).isIn(AcquirerState.UNKNOWN,
                        AcquirerState.DECLINED);
                case VOIDED -> assertThat(explored.card).as("after %s", path).isIn(AcquirerState.UNKNOWN,
                        AcquirerState.VOIDED);
                case REFUNDED -> assertThat(explored.card).as("after %s", path).isEqualTo(AcquirerState.REFUNDED);
                case CHARGING, VOIDING, REFUNDING -> {
                    // the outcome is unknown
                }
            }
        });
    }

    @Test
    void keepsALedgerThatEqualsTheAcquirersState() {
        assertThat(STATES).allSatisfy((explored, path) -> {
            if (!(explored.stored instanceof Pending)) {
                assertThat(explored.ledger).as("after %s", path).isEqualTo(switch (explored.card) {
                    case UNKNOWN, DECLINED, VOIDED -> Set.of();
                    case CHARGED -> Set.of(Transfer.Kind.CHARGE);
                    case REFUNDED -> Set.of(Transfer.Kind.CHARGE, Transfer.Kind.REFUND);
                });
            }
        });
    }

    /** From every state a void is confirmed as soon as the acquirer responds. */
    @Test
    void canVoidFromEveryState() {
        assertThat(STATES).allSatisfy((explored, path) -> {
            var acquirer = new Card(explored.card, explored.inFlight, List.of(Fault.FINE, Fault.FINE));
            Step step = explored.stored.on(new VoidPayment(ORDER));
            if (step.next() instanceof Pending pending) {
                step = pending.settle(acquirer, null);
            }
            assertThat(step.reply()).as("after %s", path).isEqualTo(new PaymentVoided(ORDER));
            assertThat(acquirer.state).as("after %s", path).isNotEqualTo(AcquirerState.CHARGED);
        });
    }
}
