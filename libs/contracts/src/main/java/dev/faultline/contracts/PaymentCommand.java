package dev.faultline.contracts;

/** What a checkout asks of payment-service. An order has one payment, named by the order's id. */
public sealed interface PaymentCommand extends Message {
    String TOPIC = "payment.commands";

    /**
     * Holds the amount on the customer's card. Answered by {@link CheckoutReply.PaymentAuthorized},
     * {@link CheckoutReply.PaymentDeclined} or {@link CheckoutReply.PaymentUnsettled}.
     *
     * @param paymentMethod the acquirer's token for the card
     */
    record AuthorizePayment(OrderId orderId, Money amount,
            String paymentMethod) implements PaymentCommand {}

    /**
     * Takes the authorized amount. Answered by {@link CheckoutReply.PaymentCaptured},
     * {@link CheckoutReply.PaymentDeclined} or {@link CheckoutReply.PaymentUnsettled}.
     */
    record CapturePayment(OrderId orderId) implements PaymentCommand {}

    /**
     * Undoes whatever happened, a refund if the amount was taken, and bars any later authorization for this order.
     * Answered by {@link CheckoutReply.PaymentVoided} once the acquirer has confirmed it, however long that takes.
     */
    record VoidPayment(OrderId orderId) implements PaymentCommand {}
}
