package dev.faultline.payment.paying;

import java.util.List;
import java.util.Optional;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.payment.paying.Payment.Pending;
import org.jspecify.annotations.Nullable;

/**
 * The payments, each on its order's shard. What concerns several payments is done in one transaction a shard, so a
 * failure may leave it done on some of the shards; repeating it is safe.
 */
public interface Payments {

    /**
     * Stores what the commands intend and sends the replies that are certain already.
     *
     * @param instructions at most one for an order
     * @return the payments that the acquirer has now to be asked of
     */
    List<LeasedPayment> lease(List<ReceivedCommand> instructions);

    /**
     * Takes up voids that were not confirmed by the time they should have been, so that nobody else does for a while.
     *
     * @param limit of each shard
     */
    List<LeasedPayment> leaseOverdueVoids(int limit);

    /**
     * Stores what the acquirer answered, sends the replies, and writes the ledger.
     *
     * @throws SupersededException if some of the payments were taken up again meanwhile: nothing was stored or sent for
     *         those, and repeating their commands is safe
     */
    void record(List<Outcome> settled);

    Optional<StoredPayment> find(OrderId id);

    /**
     * A command that was received.
     *
     * @param traceparent the trace that it belongs to, if any
     */
    record ReceivedCommand(PaymentCommand command, @Nullable String traceparent) {}

    /**
     * A payment that its holder may ask the acquirer of.
     *
     * @param version grows each time the payment is taken up: only the latest holder can record an outcome
     * @param traceparent what it was taken up for
     */
    record LeasedPayment(Pending payment, int version, @Nullable String traceparent) {}

    /** The outcome of asking. */
    record Outcome(LeasedPayment from, Step step) {}
}
