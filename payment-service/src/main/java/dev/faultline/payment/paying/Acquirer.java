package dev.faultline.payment.paying;

import dev.faultline.contracts.OrderId;
import org.jspecify.annotations.Nullable;

/** Who charges cards: slow, faulty, and the only one who knows whether a card was charged. */
public interface Acquirer {

    /**
     * Asks for one operation on the payment named by the order. Blocks, for a bounded time. Every operation may be asked
     * for again: the acquirer does it once.
     *
     * @param traceparent what the request was caused by, if that is known
     * @return never throws for trouble with the acquirer: that is an answer too
     */
    Answer ask(Request request, @Nullable String traceparent);

    /** What the acquirer is asked for. */
    record Request(Operation operation, OrderId orderId, PaymentDetails details) {}

    /** What can be asked for. */
    enum Operation {
        /** Hold the amount. */
        AUTHORIZE,
        /** Take what is held. */
        CAPTURE,
        /** Hold nothing any more, and never again. */
        VOID,
        /** Give back what was taken. */
        REFUND
    }

    /** What came of it. */
    sealed interface Answer {
        /** It is done, now or before. */
        record Done() implements Answer {}

        /** The acquirer did not do it, and will not if asked again. */
        record Declined(String reason) implements Answer {}

        /** It cannot be done to a payment that is as this one is. */
        record Refused(AcquirerState standing) implements Answer {}

        /** It was asked for, or may have been, and whether it was done is not known. */
        record Unknown(String reason) implements Answer {}

        /** Certainly nothing was sent. */
        record NotSent(String reason) implements Answer {}
    }

    /** How a payment stands with the acquirer. */
    enum AcquirerState {
        UNKNOWN, AUTHORIZED, DECLINED, CAPTURED, VOIDED, REFUNDED
    }
}
