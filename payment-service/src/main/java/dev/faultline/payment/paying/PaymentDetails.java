package dev.faultline.payment.paying;

import dev.faultline.contracts.Money;

/**
 * What is to be paid, and how.
 *
 * @param paymentMethod the acquirer's token for the card
 */
public record PaymentDetails(Money amount, String paymentMethod) {}
