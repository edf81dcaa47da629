package dev.faultline.acquirer.charging;

/** The amount and payment method of a payment id; the same id with other details is rejected. */
public record ChargeDetails(Amount amount, String paymentMethod) {
    /** @throws IllegalArgumentException if the payment method is not 1 to 64 characters long */
    public ChargeDetails {
        if (paymentMethod.isBlank() || paymentMethod.length() > 64) {
            throw new IllegalArgumentException("a payment method has 1 to 64 characters");
        }
        paymentMethod = paymentMethod.intern(); // many payments, few methods
    }
}
