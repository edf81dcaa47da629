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
import dev.faultline.contracts.PaymentCommand.AuthorizePayment;
import dev.faultline.contracts.PaymentCommand.CapturePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Authorizing;
import dev.faultline.payment.paying.Payment.Capturing;
import dev.faultline.payment.paying.Payment.Pending;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every state that a payment, the card behind it and the requests still on their way can be in together, whatever
 * commands come in whatever order and number, whatever goes wrong with each request, and whoever dies before recording
 * the outcome. There are finitely many, so all are visited.
 */
class EveryPaymentTest {
    private static final OrderId ORDER = new OrderId("7K-06B3N8ZQ4M1V9X2W5T0C");
    private static final List<PaymentCommand> COMMANDS = List.of(
            new AuthorizePayment(ORDER, new Money(1250, "EUR"), "card-visa"), new CapturePayment(ORDER),
            new VoidPayment(ORDER));
    /** More requests of a kind on their way change nothing more: the acquirer does nothing twice. */
    private static final int MOST_ON_THEIR_WAY = 3;

    private static final Map<World, List<String>> WORLDS = new HashMap<>();

    /** What befalls a request. */
    private enum Fate {
        /** Done and answered; an authorization is granted. */
        FINE,
        /** Answered; an authorization is declined. */
        BANK_DECLINES,
        /** Lost before anything was done. */
        LOST,
        /** Done, and the answer is lost. */
        ANSWER_LOST,
        /** Done at some later time, and never answered. */
        LATE,
        /** Not even sent: the circuit is open. */
        NOT_SENT
    }

    /**
     * @param stored the payment as it is read back
     * @param onTheirWay requests that the acquirer has yet to see
     * @param declined whether an authorization was answered as declined
     * @param voided whether the checkout was told that the payment is void
     */
    private record World(Payment stored, AcquirerState card, Set<Operation> onTheirWay, Set<Transfer.Kind> ledger,
            boolean declined, boolean voided) {

        static World initial() {
            return new World(new Absent(ORDER), AcquirerState.UNKNOWN, Set.of(), Set.of(), false, false);
        }

        /** All that can happen next. */
        Map<String, World> next() {
            var next = new HashMap<String, World>();
            for (PaymentCommand command : COMMANDS) {
                Step step = stored.on(command);
                World taken = recorded(command, step, card, onTheirWay);
                next.put(name(command), taken);
                if (step.next() instanceof Pending pending) {
                    ask(name(command), command, pending, taken, next);
                }
            }
            if (stored.status() == Payment.Status.VOIDING || stored.status() == Payment.Status.REFUNDING) {
                ask("overdue", COMMANDS.getLast(), (Pending) stored, this, next);
            }
            for (Operation late : onTheirWay) {
                var others = EnumSet.copyOf(onTheirWay);
                others.remove(late);
                var acquirer = new Card(card, Set.copyOf(others), List.of(Fate.FINE));
                acquirer.perform(late);
                next.put("late " + late, new World(stored, acquirer.standing, acquirer.onTheirWay, ledger, declined,
                        voided));
            }
            return next;
        }

        private void ask(String cause, PaymentCommand command, Pending pending, World taken, Map<String, World> next) {
            for (Fate first : Fate.values()) {
                for (Fate second : Fate.values()) {
                    var acquirer = new Card(card, onTheirWay, List.of(first, second));
                    Step step = pending.settle(acquirer, null);
                    String fates = cause + " " + first + " " + second;
                    next.put(fates, taken.recorded(command, step, acquirer.standing, acquirer.onTheirWay));
                    next.put(fates + ", died", new World(taken.stored, acquirer.standing, acquirer.onTheirWay,
                            taken.ledger, taken.declined, taken.voided));
                }
            }
        }

        private World recorded(PaymentCommand command, Step step, AcquirerState card, Set<Operation> onTheirWay) {
            CheckoutReply reply = step.reply();
            var booked = Stream.concat(ledger.stream(), step.transfers().stream().map(Transfer::kind))
                    .collect(Collectors.toSet());
            return new World(readBack(step.next()), card, onTheirWay, booked,
                    declined || (command instanceof AuthorizePayment && reply instanceof PaymentDeclined),
                    voided || reply instanceof PaymentVoided);
        }

        private static Payment readBack(Payment payment) {
            return switch (payment) {
                case Authorizing authorizing -> new Authorizing(ORDER, authorizing.details(), true);
                case Capturing capturing -> new Capturing(ORDER, capturing.details(), true);
                default -> payment;
            };
        }

        private static String name(PaymentCommand command) {
            return command.getClass().getSimpleName();
        }
    }

    /** The acquirer's promise: each operation at most once under one id, and none after a void or a refund. */
    private static final class Card implements Acquirer {
        private final List<Fate> fates;
        private int asked;
        private AcquirerState standing;
        private Set<Operation> onTheirWay;

        Card(AcquirerState standing, Set<Operation> onTheirWay, List<Fate> fates) {
            this.standing = standing;
            this.onTheirWay = onTheirWay;
            this.fates = fates;
        }

        @Override
        public Answer ask(Request request, @Nullable String traceparent) {
            Fate fate = fates.get(asked++);
            return switch (fate) {
                case FINE -> perform(request.operation());
                case BANK_DECLINES -> {
                    if (request.operation() == Operation.AUTHORIZE && standing == AcquirerState.UNKNOWN) {
                        standing = AcquirerState.DECLINED;
                    }
                    yield perform(request.operation());
                }
                case LOST -> new Answer.Unknown("lost");
                case ANSWER_LOST -> {
                    perform(request.operation());
                    yield new Answer.Unknown("answer lost");
                }
                case LATE -> {
                    if (onTheirWay.size() < MOST_ON_THEIR_WAY) {
                        onTheirWay = Stream.concat(onTheirWay.stream(), Stream.of(request.operation()))
                                .collect(Collectors.toUnmodifiableSet());
                    }
                    yield new Answer.Unknown("late");
                }
                case NOT_SENT -> new Answer.NotSent("circuit open");
            };
        }

        private Answer perform(Operation operation) {
            return switch (operation) {
                case AUTHORIZE -> switch (standing) {
                    case UNKNOWN -> becomes(AcquirerState.AUTHORIZED);
                    case AUTHORIZED, CAPTURED -> new Answer.Done();
                    case DECLINED -> new Answer.Declined("insufficient-funds");
                    case VOIDED, REFUNDED -> new Answer.Refused(standing);
                };
                case CAPTURE -> switch (standing) {
                    case AUTHORIZED -> becomes(AcquirerState.CAPTURED);
                    case CAPTURED -> new Answer.Done();
                    case UNKNOWN, DECLINED, VOIDED, REFUNDED -> new Answer.Refused(standing);
                };
                case VOID -> switch (standing) {
                    case UNKNOWN, AUTHORIZED, DECLINED, VOIDED -> becomes(AcquirerState.VOIDED);
                    case CAPTURED, REFUNDED -> new Answer.Refused(standing);
                };
                case REFUND -> switch (standing) {
                    case CAPTURED, REFUNDED -> becomes(AcquirerState.REFUNDED);
                    case UNKNOWN, AUTHORIZED, DECLINED, VOIDED -> new Answer.Refused(standing);
                };
            };
        }

        private Answer becomes(AcquirerState next) {
            standing = next;
            return new Answer.Done();
        }
    }

    @BeforeAll
    static void visitAllWorlds() {
        Deque<World> open = new ArrayDeque<>(List.of(World.initial()));
        WORLDS.put(World.initial(), List.of());
        while (!open.isEmpty()) {
            World world = open.remove();
            world.next().forEach((event, next) -> {
                if (!WORLDS.containsKey(next)) {
                    var way = new ArrayList<>(WORLDS.getOrDefault(world, List.of()));
                    way.add(event);
                    WORLDS.put(next, List.copyOf(way));
                    open.add(next);
                }
            });
        }
    }

    @Test
    void visitsPaymentsInEveryState() {
        assertThat(WORLDS.keySet().stream().map(world -> world.stored.status()))
                .contains(Payment.Status.values());
    }

    @Test
    void holdsAndTakesNothingOnceTheCheckoutWasToldThatThePaymentIsVoid() {
        assertThat(WORLDS).allSatisfy((world, way) -> {
            if (world.voided) {
                assertThat(world.card).as("after %s", way).isNotIn(AcquirerState.AUTHORIZED, AcquirerState.CAPTURED);
            }
        });
    }

    @Test
    void holdsAndTakesNothingOnceAnAuthorizationWasAnsweredAsDeclined() {
        assertThat(WORLDS).allSatisfy((world, way) -> {
            if (world.declined) {
                assertThat(world.card).as("after %s", way).isNotIn(AcquirerState.AUTHORIZED, AcquirerState.CAPTURED);
            }
        });
    }

    @Test
    void saysOnlyWhatTheAcquirerHasDone() {
        assertThat(WORLDS).allSatisfy((world, way) -> {
            switch (world.stored.status()) {
                case ABSENT -> assertThat(world.card).as("after %s", way).isEqualTo(AcquirerState.UNKNOWN);
                case AUTHORIZED -> assertThat(world.card).as("after %s", way).isEqualTo(AcquirerState.AUTHORIZED);
                case CAPTURED -> assertThat(world.card).as("after %s", way).isEqualTo(AcquirerState.CAPTURED);
                case DECLINED -> assertThat(world.card).as("after %s", way).isIn(AcquirerState.UNKNOWN,
                        AcquirerState.DECLINED);
                case CAPTURE_DECLINED ->
                    assertThat(world.card).as("after %s", way).isEqualTo(AcquirerState.AUTHORIZED);
                case VOIDED -> assertThat(world.card).as("after %s", way).isIn(AcquirerState.UNKNOWN,
                        AcquirerState.VOIDED);
                case REFUNDED -> assertThat(world.card).as("after %s", way).isEqualTo(AcquirerState.REFUNDED);
                case AUTHORIZING, CAPTURING, VOIDING, REFUNDING -> {
                    // in doubt
                }
            }
        });
    }

    @Test
    void keepsALedgerThatEqualsWhatTheAcquirerDid() {
        assertThat(WORLDS).allSatisfy((world, way) -> {
            if (!(world.stored instanceof Pending)) {
                assertThat(world.ledger).as("after %s", way).isEqualTo(switch (world.card) {
                    case UNKNOWN, AUTHORIZED, DECLINED, VOIDED -> Set.of();
                    case CAPTURED -> Set.of(Transfer.Kind.CAPTURE);
                    case REFUNDED -> Set.of(Transfer.Kind.CAPTURE, Transfer.Kind.REFUND);
                });
            }
        });
    }

    /** Never left charged: whatever has happened, a void is confirmed as soon as the acquirer answers. */
    @Test
    void canUndoWhateverHasHappened() {
        assertThat(WORLDS).allSatisfy((world, way) -> {
            var acquirer = new Card(world.card, world.onTheirWay, List.of(Fate.FINE, Fate.FINE));
            Step step = world.stored.on(new VoidPayment(ORDER));
            if (step.next() instanceof Pending pending) {
                step = pending.settle(acquirer, null);
            }
            assertThat(step.reply()).as("after %s", way).isEqualTo(new PaymentVoided(ORDER));
            assertThat(acquirer.standing).as("after %s", way).isNotIn(AcquirerState.AUTHORIZED, AcquirerState.CAPTURED);
        });
    }
}
