package dev.faultline.contracts;

/** A command of a checkout to payment-service. An order has one payment, with the order's id. */
public sealed interface PaymentCommand extends Message {
    String TOPIC = "payment.commands";

    /**
     * Authorizes the amount on the customer's card. Answered by {@link CheckoutReply.PaymentAuthorized}, {@link
     * CheckoutReply.PaymentDeclined} or {@link CheckoutReply.PaymentUnsettled}.
     *
     * @param paymentMethod the acquirer's token for the card
     */
    record AuthorizePayment(OrderId orderId, Money amount,
            String paymentMethod) implements PaymentCommand {}

    /**
     * Captures the authorized amount. Answered by {@link CheckoutReply.PaymentCaptured}, {@link
     * CheckoutReply.PaymentDeclined} or {@link CheckoutReply.PaymentUnsettled}.
     */
    record CapturePayment(OrderId orderId) implements PaymentCommand {}

    /**
     * Voids the payment, or refunds it if it was captured, and prevents any later authorization for this order.
     * Answered by {@link CheckoutReply.PaymentVoided} once the acquirer has confirmed it, however long that takes.
     */
    record VoidPayment(OrderId orderId) implements PaymentCommand {}
}
