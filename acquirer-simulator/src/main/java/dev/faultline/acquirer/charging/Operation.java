package dev.faultline.acquirer.charging;

import java.util.Optional;

/** What a caller can ask for. */
public sealed interface Operation {
    /**
     * Sets the amount aside on the payer's account.
     *
     * @param refusal why the payer's bank declines, if it does
     */
    record Authorize(ChargeDetails details, Optional<String> refusal) implements Operation {
        /** The bank's verdict follows from the payment method; one that it does not know, it declines. */
        public static Authorize of(ChargeDetails details) {
            return new Authorize(details, switch (details.paymentMethod()) {
                case "card-visa", "card-mastercard", "sepa-debit" -> Optional.empty();
                case "card-declined" -> Optional.of("insufficient-funds");
                case "card-expired" -> Optional.of("expired-card");
                default -> Optional.of("unsupported-payment-method");
            });
        }

        /** The same, declined without a reason that concerns the payer; a refusal that it had stays. */
        public Authorize declined() {
            return refusal.isPresent() ? this : new Authorize(details, Optional.of("do-not-honour"));
        }
    }

    /** Takes what was set aside. */
    record Capture() implements Operation {}

    /** Voids: gives up what was set aside, or what is still to come under this id. */
    record Cancel() implements Operation {}

    /** Gives back what was taken. */
    record Refund() implements Operation {}
}
