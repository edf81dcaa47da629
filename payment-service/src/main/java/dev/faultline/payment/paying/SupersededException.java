package dev.faultline.payment.paying;

/** Someone else has taken up the same payment later, and will record what became of it. */
public class SupersededException extends RuntimeException {
    public SupersededException(String message) {
        super(message);
    }
}
