package dev.faultline.acquirer.charging;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

import dev.faultline.acquirer.charging.Decision.Applied;

/**
 * Charges cards, each payment once, however often the request is repeated. Thread-safe.
 *
 * <p>
 * Decisions are made in sequence in memory; each answer then waits until the journal has it on disk, together with the
 * others that wait (group commit). So no answer, not even a repeated one, reports what a crash could undo.
 */
public final class ChargingCards {
    private static final Payment UNKNOWN = new Payment.Unknown();

    private final Journal journal;
    private final Clock clock;
    private final int maxPayments;
    private final Object deciding = new Object();
    private final Map<PaymentId, Payment> payments = new HashMap<>();
    private long last;

    /**
     * Restores the payments from the journal.
     *
     * @param maxPayments the maximum number of payments, about 200 bytes each
     */
    public ChargingCards(Journal journal, Clock clock, int maxPayments) {
        this.journal = journal;
        this.clock = clock;
        this.maxPayments = maxPayments;
        journal.replay(this::restore);
    }

    /**
     * Applies the operation once, and returns the decision. Blocks until it is on disk.
     *
     * @throws JournalFailedException if it cannot be journalled; its outcome is unknown
     * @throws CapacityExceededException if the payment is new and the maximum is reached; the operation had no effect
     */
    public Decision perform(PaymentId id, Operation operation) {
        Decision decision;
        long upTo;
        synchronized (deciding) {
            decision = payments.getOrDefault(id, UNKNOWN).on(operation);
            if (decision instanceof Applied(Payment payment)) {
                if (payments.size() >= maxPayments && !payments.containsKey(id)) {
                    throw new CapacityExceededException(maxPayments);
                }
                journal.append(JournalEntry.of(last + 1, clock.instant(), id, payment));
                last++;
                payments.put(id, payment);
            }
            upTo = last;
        }
        journal.awaitDurable(upTo);
        return decision;
    }

    /**
     * The payment's state. Blocks until it is on disk.
     *
     * @throws JournalFailedException if it is unknown whether it is on disk
     */
    public Payment find(PaymentId id) {
        Payment payment;
        long upTo;
        synchronized (deciding) {
            payment = payments.getOrDefault(id, UNKNOWN);
            upTo = last;
        }
        journal.awaitDurable(upTo);
        return payment;
    }

    private void restore(JournalEntry entry) {
        synchronized (deciding) {
            if (entry.sequence() != last + 1) {
                throw new IllegalArgumentException("has number " + entry.sequence() + " after number " + last);
            }
            Payment before = payments.getOrDefault(entry.paymentId(), UNKNOWN);
            if (!(before.on(entry.operation()) instanceof Applied(Payment after)) || after.status() != entry.kind()) {
                throw new IllegalArgumentException("a payment that is " + before.status() + " cannot become "
                        + entry.kind());
            }
            last = entry.sequence();
            payments.put(entry.paymentId(), after);
        }
    }
}
