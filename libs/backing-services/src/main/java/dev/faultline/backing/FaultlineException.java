package dev.faultline.backing;

/** A failure whose message is written for the user: what failed, where, and how to fix it. */
public class FaultlineException extends RuntimeException {
    public FaultlineException(String message) {
        super(message);
    }

    public FaultlineException(String message, Throwable cause) {
        super(message, cause);
    }
}
