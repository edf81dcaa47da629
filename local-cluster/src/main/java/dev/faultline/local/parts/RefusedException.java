package dev.faultline.local.parts;

/** What was asked for cannot be had; the message is for a person: what, where, and what to do about it. */
public class RefusedException extends RuntimeException {
    public RefusedException(String message) {
        super(message);
    }

    public RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
