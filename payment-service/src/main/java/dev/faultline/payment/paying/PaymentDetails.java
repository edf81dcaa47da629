package dev.faultline.payment.paying;

import dev.faultline.contracts.Money;
import org.jspecify.annotations.Nullable;

/**
 * The amount of a payment, how it is paid, and by whom.
 *
 * @param paymentMethod the acquirer's token for the card
 * @param customer      null in payments of earlier versions
 */
public record PaymentDetails(Money amount, String paymentMethod, @Nullable String customer) {}
