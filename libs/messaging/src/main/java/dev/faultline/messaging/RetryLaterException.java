package dev.faultline.messaging;

/** Thrown by a {@link MessageHandler} whose trouble is not the message's fault and will pass: everything is repeated. */
public class RetryLaterException extends RuntimeException {
    public RetryLaterException(String message) {
        super(message);
    }

    public RetryLaterException(String message, Throwable cause) {
        super(message, cause);
    }
}
