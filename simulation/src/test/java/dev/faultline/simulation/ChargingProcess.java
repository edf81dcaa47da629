package dev.faultline.simulation;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import dev.faultline.acquirer.charging.Amount;
import dev.faultline.acquirer.charging.ChargeDetails;
import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.Decision;
import dev.faultline.acquirer.charging.Journal;
import dev.faultline.acquirer.charging.JournalEntry;
import dev.faultline.acquirer.charging.JournalFailedException;
import dev.faultline.acquirer.charging.Operation;
import dev.faultline.acquirer.charging.Payment;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.PaymentId;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Request;
import org.jspecify.annotations.Nullable;

/** The acquirer's process: the real {@link ChargingCards}, killed while it journals, and started again. */
final class ChargingProcess {
    private static final int MOST_PAYMENTS = 100;

    private final World world;
    private final MemoryJournal journal = new MemoryJournal();
    private ChargingCards cards;
    private long downUntilMs;

    ChargingProcess(World world) {
        this.world = world;
        this.cards = start();
    }

    private ChargingCards start() {
        return new ChargingCards(journal, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), MOST_PAYMENTS);
    }

    boolean isDown() {
        return world.nowMs() < downUntilMs;
    }

    /** Null if it dies over it. */
    @Nullable
    Answer perform(Request request) {
        if (isDown()) {
            return null;
        }
        try {
            Decision decision = cards.perform(new PaymentId(request.orderId().value()), operation(request));
            world.tell("acquirer", "%s %s: %s", request.operation(), Orders.nameOf(request.orderId()),
                    switch (decision) {
                        case Decision.Applied(Payment payment) -> payment.status();
                        case Decision.Repeated(Payment payment) -> payment.status() + " before";
                        case Decision.Refused(Payment payment, _) -> "refused, it is " + payment.status();
                    });
            return answer(decision);
        } catch (JournalFailedException e) {
            long forMs = world.between(500, 20_000);
            downUntilMs = world.nowMs() + forMs;
            cards = start();
            world.coverage.count(Happening.ACQUIRER_CRASHED);
            world.tell("acquirer", "dies over %s of %s: %s; is back in %.3f s", request.operation(), Orders.nameOf(
                    request.orderId()),
                    e.getMessage(), forMs / 1000.0);
            return null;
        }
    }

    private Operation operation(Request request) {
        return switch (request.operation()) {
            case AUTHORIZE -> {
                var amount = request.details().amount();
                var authorize = Operation.Authorize.of(new ChargeDetails(new Amount(amount.minorUnits(), amount
                        .currency()),
                        request.details().paymentMethod()));
                yield world.strikes(world.faults.acquirer() / 4) ? authorize.declined() : authorize;
            }
            case CAPTURE -> new Operation.Capture();
            case VOID -> new Operation.Cancel();
            case REFUND -> new Operation.Refund();
        };
    }

    /** As the acquirer's and payment-service's REST adapters say it between them. */
    private static Answer answer(Decision decision) {
        return switch (decision) {
            case Decision.Applied(Payment payment) -> done(payment);
            case Decision.Repeated(Payment payment) -> done(payment);
            case Decision.Refused(Payment payment, _) ->
                new Answer.Refused(AcquirerState.valueOf(payment.status().name()));
        };
    }

    private static Answer done(Payment payment) {
        return payment instanceof Payment.Declined(_, String reason)
                ? new Answer.Declined(reason)
                : new Answer.Done();
    }

    /** How the payment stands by the journal. */
    Status statusOf(OrderId id) {
        return journal.statuses.getOrDefault(id.value(), Status.UNKNOWN);
    }

    /** What the journal says was taken under this id, whether or not it was given back. */
    List<JournalEntry> capturesOf(OrderId id) {
        return journal.durable.stream()
                .filter(entry -> entry.kind() == Status.CAPTURED && entry.paymentId().value().equals(id.value()))
                .toList();
    }

    /** Entries are on disk when they are awaited; until then a crash may take them, or not. */
    private final class MemoryJournal implements Journal {
        private final List<JournalEntry> durable = new ArrayList<>();
        private final List<JournalEntry> written = new ArrayList<>();
        private final Map<String, Status> statuses = new TreeMap<>();

        @Override
        public void replay(Consumer<JournalEntry> each) {
            durable.forEach(each);
        }

        @Override
        public void append(JournalEntry entry) {
            written.add(entry);
        }

        @Override
        public void awaitDurable(long sequence) {
            boolean crashes = world.strikes(world.faults.acquirerCrash());
            boolean lost = crashes && world.coin(0.5);
            if (!lost && !written.isEmpty()) {
                durable.addAll(written);
                written.forEach(entry -> statuses.put(entry.paymentId().value(), entry.kind()));
                world.changed();
            }
            written.clear();
            if (crashes) {
                throw new JournalFailedException(lost ? "nothing is journalled" : "it is journalled");
            }
        }

        @Override
        public List<JournalEntry> page(long after, int limit) {
            throw new UnsupportedOperationException("nobody pages here");
        }

        @Override
        public long last() {
            return durable.size();
        }
    }
}
