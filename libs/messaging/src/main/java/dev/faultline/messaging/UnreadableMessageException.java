package dev.faultline.messaging;

import org.jspecify.annotations.Nullable;

/** A message that cannot be deserialized; retries are pointless. */
final class UnreadableMessageException extends Exception {
    UnreadableMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
