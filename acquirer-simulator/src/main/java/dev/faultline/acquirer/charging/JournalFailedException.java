package dev.faultline.acquirer.charging;

/** The journal cannot be read or written: nothing may be charged that is not journalled. */
public class JournalFailedException extends RuntimeException {
    public JournalFailedException(String message) {
        super(message);
    }

    public JournalFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
