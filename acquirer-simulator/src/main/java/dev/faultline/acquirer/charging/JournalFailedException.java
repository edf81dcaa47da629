package dev.faultline.acquirer.charging;

/** The journal cannot be read or written, so nothing can be charged. */
public class JournalFailedException extends RuntimeException {
    public JournalFailedException(String message) {
        super(message);
    }

    public JournalFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
