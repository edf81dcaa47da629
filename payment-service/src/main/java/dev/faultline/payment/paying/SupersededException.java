package dev.faultline.payment.paying;

/** Another instance has leased the same payment since, and will record its outcome. */
public class SupersededException extends RuntimeException {
    public SupersededException(String message) {
        super(message);
    }
}
