package dev.faultline.contracts;

import org.jspecify.annotations.Nullable;

/** A command of a checkout to payment-service. An order has one payment, with the order's id. */
public sealed interface PaymentCommand extends Message {
    String TOPIC = "payment.commands";

    /**
     * Charges the customer's card: authorizes the amount and captures it in one request. Answered by {@link
     * CheckoutReply.PaymentCharged}, {@link CheckoutReply.PaymentDeclined} or {@link CheckoutReply.PaymentUnsettled}.
     *
     * @param paymentMethod the acquirer's token for the card
     * @param customer      who may see the payment; null in messages of earlier versions
     */
    record ChargePayment(OrderId orderId, Money amount, String paymentMethod, @Nullable String customer)
            implements
            PaymentCommand {}

    /**
     * Voids the payment, or refunds it if it was charged, and prevents any later charge for this order.
     * Answered by {@link CheckoutReply.PaymentVoided} once the acquirer has confirmed it, however long that takes.
     */
    record VoidPayment(OrderId orderId) implements PaymentCommand {}
}
