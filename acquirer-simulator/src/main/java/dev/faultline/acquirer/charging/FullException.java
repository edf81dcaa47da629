package dev.faultline.acquirer.charging;

/** The acquirer knows as many payments as it can hold. */
public class FullException extends RuntimeException {
    FullException(int maxPayments) {
        super("the acquirer holds " + maxPayments + " payments and takes no further ones");
    }
}
