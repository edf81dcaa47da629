package dev.faultline.messaging;

import org.jspecify.annotations.Nullable;

/** No repetition makes it readable. */
final class UnreadableMessageException extends Exception {
    UnreadableMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
