package dev.faultline.acquirer.charging;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

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
    /** The one longest unchanged first. */
    private final SequencedMap<PaymentId, Payment> payments = new LinkedHashMap<>();
    private long last;

    /**
     * Restores the payments from the journal.
     *
     * @param maxPayments the number of payments, of about 200 bytes each, beyond which the one longest unchanged is
     *        forgotten
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
     */
    public Decision perform(PaymentId id, Operation operation) {
        Decision decision;
        long upTo;
        synchronized (deciding) {
            Payment before = known(id);
            decision = before.on(operation);
            if (decision instanceof Applied(Payment payment)) {
                journal.append(JournalEntry.of(last + 1, clock.instant(), id, payment));
                last++;
                remember(id, payment);
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
            payment = known(id);
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
            Payment before = known(entry.paymentId());
            if (!(before.on(entry.operation()) instanceof Applied(Payment after)) || after.status() != entry.kind()) {
                throw new IllegalArgumentException("a payment that is " + before.status() + " cannot become "
                        + entry.kind());
            }
            last = entry.sequence();
            remember(entry.paymentId(), after);
        }
    }

    private Payment known(PaymentId id) {
        return payments.getOrDefault(id, UNKNOWN);
    }

    private void remember(PaymentId id, Payment payment) {
        payments.putLast(id, payment);
        if (payments.size() > maxPayments) {
            payments.pollFirstEntry();
        }
    }
}
