package dev.faultline.local.client;

import java.time.Duration;
import java.util.Optional;

import dev.faultline.local.parts.RefusedException;
import org.jspecify.annotations.Nullable;

/** The platform has answered, with something else than success. */
public final class AnsweredException extends RefusedException {
    private final int status;
    private final @Nullable Duration retryAfter;

    AnsweredException(int status, Optional<Duration> retryAfter, String message) {
        super(message);
        this.status = status;
        this.retryAfter = retryAfter.orElse(null);
    }

    /** How long to wait before that, if the platform has said so. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the same request, under the same key, may fare better later. */
    public boolean mayBeRepeated() {
        return status >= 500 || status == 429 || status == 409;
    }
}
