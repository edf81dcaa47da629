package dev.faultline.messaging;

/** Thrown by a {@link MessageHandler} to signal a transient failure: the batch is retried indefinitely. */
public class RetryLaterException extends RuntimeException {
    public RetryLaterException(String message) {
        super(message);
    }

    public RetryLaterException(String message, Throwable cause) {
        super(message, cause);
    }
}
