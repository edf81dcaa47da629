package dev.faultline.acquirer.charging;

/** The acquirer holds its maximum number of payments. */
public class CapacityExceededException extends RuntimeException {
    CapacityExceededException(int maxPayments) {
        super("the acquirer holds amounts for " + maxPayments + " payments, which is its maximum");
    }
}
