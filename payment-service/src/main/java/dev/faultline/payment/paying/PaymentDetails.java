package dev.faultline.payment.paying;

import dev.faultline.contracts.Money;

/**
 * The amount of a payment and how it is paid.
 *
 * @param paymentMethod the acquirer's token for the card
 */
public record PaymentDetails(Money amount, String paymentMethod) {}
