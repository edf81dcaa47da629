package dev.faultline.order.checkout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.Sku;
import org.jspecify.annotations.Nullable;

/**
 * Why an order was not confirmed.
 *
 * @param sku the SKU that was short, if that is the reason
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rejection(Code code, String detail, @Nullable Sku sku) {

    /** The reasons, by stable names. */
    public enum Code {
        OUT_OF_STOCK, PAYMENT_DECLINED, PAYMENT_UNSETTLED, TIMED_OUT
    }

    static Rejection of(StockRejected reply) {
        return new Rejection(Code.OUT_OF_STOCK,
                "only " + reply.available() + " of " + reply.requested() + " " + reply.sku() + " in stock", reply
                        .sku());
    }

    static Rejection of(PaymentDeclined reply) {
        return new Rejection(Code.PAYMENT_DECLINED, reply.reason(), null);
    }

    static Rejection of(PaymentUnsettled reply) {
        return new Rejection(Code.PAYMENT_UNSETTLED, reply.reason(), null);
    }

    static Rejection timedOut(String task) {
        return new Rejection(Code.TIMED_OUT, "it took too long to " + task, null);
    }
}
