package dev.faultline.payment.paying;

import java.util.List;

import dev.faultline.contracts.PaymentCommand;
import dev.faultline.payment.paying.Payment.Pending;
import org.jspecify.annotations.Nullable;

/**
 * The payments, each on its order's shard. Batches run in one transaction per shard, so a failure may leave some shards
 * done; a retry is safe.
 */
public interface Payments {

    /**
     * Stores the intents of the commands, leases the payments that need the acquirer, and sends the replies that are
     * already certain.
     *
     * @param commands at most one per order
     * @return the payments to be sent to the acquirer now
     */
    List<LeasedPayment> lease(List<ReceivedCommand> commands);

    /**
     * Leases voids whose confirmation is overdue, so that no other instance processes them concurrently.
     *
     * @param limit per shard
     */
    List<LeasedPayment> leaseOverdueVoids(int limit);

    /**
     * Stores the acquirer's answers, sends the replies, and writes the ledger.
     *
     * @throws SupersededException if some of the payments have been leased again: nothing was stored or sent for those,
     *         and a retry of their commands is safe
     */
    void record(List<Outcome> outcomes);

    /**
     * A received command.
     *
     * @param traceparent its trace, if any
     */
    record ReceivedCommand(PaymentCommand command, @Nullable String traceparent) {}

    /**
     * A payment that its holder may send to the acquirer.
     *
     * @param version the fencing token: grows with each lease, and only the latest holder can record an outcome
     * @param traceparent the trace of the command, if any
     */
    record LeasedPayment(Pending payment, int version, @Nullable String traceparent) {}

    /** The outcome of a lease. */
    record Outcome(LeasedPayment from, Step step) {}
}
