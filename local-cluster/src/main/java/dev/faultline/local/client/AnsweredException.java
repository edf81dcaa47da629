package dev.faultline.local.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import dev.faultline.local.parts.RefusedException;
import org.jspecify.annotations.Nullable;

/** The platform has answered, with something else than success. */
public final class AnsweredException extends RefusedException {
    private static final Set<String> BUSY = Set.of("busy", "service-busy");
    private final int status;
    private final String type;
    private final @Nullable Duration retryAfter;

    /** @param type the last segment of the problem's type; empty if the answer was no problem */
    AnsweredException(int status, String type, Optional<Duration> retryAfter, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.retryAfter = retryAfter.orElse(null);
    }

    /** How long to wait before that, if the platform has said so. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether it was turned away because too much is under way already; nothing was done then. */
    public boolean isBusy() {
        return BUSY.contains(type);
    }

    /** Whether the same request, under the same key, may fare better later. */
    public boolean mayBeRepeated() {
        return status >= 500 || status == 429 || status == 409;
    }
}
