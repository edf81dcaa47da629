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

/** The acquirer's process: the real {@link ChargingCards}, which may crash while it journals. */
final class AcquirerProcess {
    private static final int MAX_PAYMENTS = 100;

    private final World world;
    private final MemoryJournal journal = new MemoryJournal();
    private ChargingCards cards;
    private long downUntilMs;

    AcquirerProcess(World world) {
        this.world = world;
        this.cards = start();
    }

    private ChargingCards start() {
        return new ChargingCards(journal, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), MAX_PAYMENTS);
    }

    boolean isDown() {
        return world.nowMs() < downUntilMs;
    }

    /** Returns null if the process crashes or is down. */
    @Nullable
    Answer perform(Request request) {
        if (isDown()) {
            return null;
        }
        try {
            Decision decision = cards.perform(new PaymentId(request.orderId().value()), operation(request));
            world.trace("acquirer", "%s %s: %s", request.operation(), Orders.nameOf(request.orderId()),
                    switch (decision) {
                        case Decision.Applied(Payment payment) -> payment.status();
                        case Decision.Repeated(Payment payment) -> payment.status() + " before";
                        case Decision.Refused(Payment payment, _) -> "refused: it is " + payment.status();
                    });
            return answer(decision);
        } catch (JournalFailedException e) {
            long forMs = world.between(500, 20_000);
            downUntilMs = world.nowMs() + forMs;
            cards = start();
            world.coverage.count(CoveragePoint.ACQUIRER_CRASHED);
            world.trace("acquirer", "crashes during %s of %s: %s; restarts after %.3f s", request.operation(), Orders
                    .nameOf(
                            request.orderId()),
                    e.getMessage(), forMs / 1000.0);
            return null;
        }
    }

    private Operation operation(Request request) {
        return switch (request.operation()) {
            case CHARGE -> {
                var amount = request.details().amount();
                var charge = Operation.Charge.of(new ChargeDetails(new Amount(amount.minorUnits(), amount
                        .currency()),
                        request.details().paymentMethod()));
                yield world.faultOccurs(world.faults.acquirer() / 4) ? charge.declined() : charge;
            }
            case VOID -> new Operation.Cancel();
            case REFUND -> new Operation.Refund();
        };
    }

    /** As translated by the REST adapters of the acquirer and of payment-service. */
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

    /** The payment's status in the journal. */
    Status statusOf(OrderId id) {
        return journal.statuses.getOrDefault(id.value(), Status.UNKNOWN);
    }

    /** The payment's charges in the journal, whether or not they were refunded. */
    List<JournalEntry> chargesOf(OrderId id) {
        return journal.durable.stream()
                .filter(entry -> entry.kind() == Status.CHARGED && entry.paymentId().value().equals(id.value()))
                .toList();
    }

    /** Entries are durable once awaited; a crash before that may or may not lose them. */
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
            boolean crashes = world.faultOccurs(world.faults.acquirerCrash());
            boolean lost = crashes && world.chance(0.5);
            if (!lost && !written.isEmpty()) {
                durable.addAll(written);
                written.forEach(entry -> statuses.put(entry.paymentId().value(), entry.kind()));
                world.committed();
            }
            written.clear();
            if (crashes) {
                throw new JournalFailedException(lost ? "the entry is lost" : "the entry is durable");
            }
        }

        @Override
        public List<JournalEntry> page(long after, int limit) {
            throw new UnsupportedOperationException("not simulated");
        }

        @Override
        public long last() {
            return durable.size();
        }
    }
}
