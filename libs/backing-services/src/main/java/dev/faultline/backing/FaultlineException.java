package dev.faultline.backing;

/** What was asked for cannot be had; the message is for a person: what, where, and what to do about it. */
public class FaultlineException extends RuntimeException {
    public FaultlineException(String message) {
        super(message);
    }

    public FaultlineException(String message, Throwable cause) {
        super(message, cause);
    }
}
