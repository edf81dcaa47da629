package dev.faultline.acquirer.charging;

import java.util.Optional;

/** An operation on a payment. */
public sealed interface Operation {
    /**
     * Charges the payer: authorizes the amount and captures it in one request.
     *
     * @param refusal why the payer's bank declines, if it does
     */
    record Charge(ChargeDetails details, Optional<String> refusal) implements Operation {
        /** The payment method decides whether the bank accepts; it declines unknown ones. */
        public static Charge of(ChargeDetails details) {
            return new Charge(details, switch (details.paymentMethod()) {
                case "card-visa", "card-mastercard", "sepa-debit" -> Optional.empty();
                case "card-declined" -> Optional.of("insufficient-funds");
                case "card-expired" -> Optional.of("expired-card");
                default -> Optional.of("unsupported-payment-method");
            });
        }

        /** The same operation, declined for an unspecific reason unless it is declined already. */
        public Charge declined() {
            return refusal.isPresent() ? this : new Charge(details, Optional.of("do-not-honour"));
        }
    }

    /** Ends a payment that is not charged, and prevents a later charge under this id. */
    record Cancel() implements Operation {}

    /** Returns the charged amount. */
    record Refund() implements Operation {}
}
