package dev.faultline.payment.paying;

import dev.faultline.contracts.OrderId;
import org.jspecify.annotations.Nullable;

/** The card acquirer: slow, unreliable, and the only source of truth about charges. */
public interface Acquirer {

    /**
     * Requests one operation on the order's payment. Blocks for a bounded time. Requests are idempotent: the acquirer
     * executes a repeated request once.
     *
     * @param traceparent the trace of the request, if any
     * @return the answer; failures of the acquirer are answers too, not exceptions
     */
    Answer ask(Request request, @Nullable String traceparent);

    /** A request to the acquirer. */
    record Request(Operation operation, OrderId orderId, PaymentDetails details) {}

    /** The operations on a payment. */
    enum Operation {
        /** Authorize the amount and capture it. */
        CHARGE,
        /** Prevent any later charge, for good. */
        VOID,
        /** Return the charged amount. */
        REFUND
    }

    /** The answer to a request. */
    sealed interface Answer {
        /** The operation is done, now or earlier. */
        record Done() implements Answer {}

        /** The acquirer declined, and will decline again. */
        record Declined(String reason) implements Answer {}

        /** The payment's state does not allow the operation. */
        record Refused(AcquirerState state) implements Answer {}

        /** The request may have been sent, and its outcome is unknown. */
        record Unknown(String reason) implements Answer {}

        /** The request was certainly not sent. */
        record NotSent(String reason) implements Answer {}
    }

    /** A payment's state at the acquirer. */
    enum AcquirerState {
        UNKNOWN, CHARGED, DECLINED, VOIDED, REFUNDED
    }
}
