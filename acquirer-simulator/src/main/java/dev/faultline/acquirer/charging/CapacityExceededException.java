package dev.faultline.acquirer.charging;

/** The acquirer knows as many payments as it can hold. */
public class CapacityExceededException extends RuntimeException {
    CapacityExceededException(int maxPayments) {
        super("the acquirer holds " + maxPayments + " payments and takes no further ones");
    }
}
