package dev.faultline.contracts;

/** A reply of inventory-service or payment-service to a checkout. */
public sealed interface CheckoutReply extends Message {
    String TOPIC = "checkout.replies";

    record StockReserved(OrderId orderId) implements CheckoutReply {}

    /**
     * Nothing was reserved.
     *
     * @param sku the first SKU, in SKU order, of which too little was available
     */
    record StockRejected(OrderId orderId, Sku sku, int requested, int available) implements CheckoutReply {}

    /** The order holds no stock and never will. */
    record StockReleased(OrderId orderId) implements CheckoutReply {}

    /** Nothing was charged, and nothing will be unless the command is sent again. */
    record PaymentDeclined(OrderId orderId, String reason) implements CheckoutReply {}

    record PaymentCharged(OrderId orderId) implements CheckoutReply {}

    /** The outcome at the acquirer is unknown; the payment must be voided before stock is released. */
    record PaymentUnsettled(OrderId orderId, String reason) implements CheckoutReply {}

    /** The customer is not charged and never will be: the payment was voided, refunded or never requested. */
    record PaymentVoided(OrderId orderId) implements CheckoutReply {}
}
