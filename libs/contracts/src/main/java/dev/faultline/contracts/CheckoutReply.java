package dev.faultline.contracts;

/** What inventory-service and payment-service answer a checkout. */
public sealed interface CheckoutReply extends Message {
    String TOPIC = "checkout.replies";

    record StockReserved(OrderId orderId) implements CheckoutReply {}

    /**
     * Nothing was reserved.
     *
     * @param sku the first SKU, in the order of SKUs, of which there was too little
     */
    record StockRejected(OrderId orderId, Sku sku, int requested, int available) implements CheckoutReply {}

    /** The order holds no stock and will not. */
    record StockReleased(OrderId orderId) implements CheckoutReply {}

    record PaymentAuthorized(OrderId orderId) implements CheckoutReply {}

    /** The amount was certainly not taken, and never will be without a new command. */
    record PaymentDeclined(OrderId orderId, String reason) implements CheckoutReply {}

    record PaymentCaptured(OrderId orderId) implements CheckoutReply {}

    /** The acquirer did not say what became of the request: the payment must be voided before anything is released. */
    record PaymentUnsettled(OrderId orderId, String reason) implements CheckoutReply {}

    /** The customer is not charged and will not be: voided, refunded, or never authorized. */
    record PaymentVoided(OrderId orderId) implements CheckoutReply {}
}
