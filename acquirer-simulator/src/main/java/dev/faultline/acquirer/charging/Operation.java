package dev.faultline.acquirer.charging;

import java.util.Optional;

/** An operation on a payment. */
public sealed interface Operation {
    /**
     * Holds the amount on the payer's account.
     *
     * @param refusal why the payer's bank declines, if it does
     */
    record Authorize(ChargeDetails details, Optional<String> refusal) implements Operation {
        /** The payment method decides whether the bank accepts; it declines unknown ones. */
        public static Authorize of(ChargeDetails details) {
            return new Authorize(details, switch (details.paymentMethod()) {
                case "card-visa", "card-mastercard", "sepa-debit" -> Optional.empty();
                case "card-declined" -> Optional.of("insufficient-funds");
                case "card-expired" -> Optional.of("expired-card");
                default -> Optional.of("unsupported-payment-method");
            });
        }

        /** The same operation, declined for an unspecific reason unless it is declined already. */
        public Authorize declined() {
            return refusal.isPresent() ? this : new Authorize(details, Optional.of("do-not-honour"));
        }
    }

    /** Captures the held amount. */
    record Capture() implements Operation {}

    /** Voids the held amount, or a later authorization under this id. */
    record Cancel() implements Operation {}

    /** Refunds the captured amount. */
    record Refund() implements Operation {}
}
