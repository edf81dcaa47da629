package dev.faultline.acquirer.charging;

/** The acquirer holds its maximum number of payments. */
public class CapacityExceededException extends RuntimeException {
    CapacityExceededException(int maxPayments) {
        super("the acquirer holds " + maxPayments + " payments, which is its maximum");
    }
}
