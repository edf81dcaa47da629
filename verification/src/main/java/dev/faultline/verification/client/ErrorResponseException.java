package dev.faultline.verification.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import dev.faultline.backing.FaultlineException;
import org.jspecify.annotations.Nullable;

/** The platform responded with an error status. */
public final class ErrorResponseException extends FaultlineException {
    private static final Set<String> BUSY = Set.of("busy", "service-busy", "too-many-bodies", "quota-exceeded");
    private final int status;
    private final String type;
    private final @Nullable Duration retryAfter;

    /** @param type the last segment of the problem type; empty if the body was not a problem */
    ErrorResponseException(int status, String type, Optional<Duration> retryAfter, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.retryAfter = retryAfter.orElse(null);
    }

    /** The value of {@code Retry-After}, if the response had one. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the platform shed the request, without any effect, because too much is in flight, or of this caller. */
    public boolean isBusy() {
        return BUSY.contains(type);
    }

    /** Whether a retry of the same request under the same key may succeed. */
    public boolean isRetryable() {
        return status >= 500 || status == 429 || status == 409;
    }
}
