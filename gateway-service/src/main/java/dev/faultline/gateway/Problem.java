package dev.faultline.gateway;

import java.net.URI;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * A problem detail response (RFC 9457).
 *
 * @param slug the last segment of the {@code type}, which is stable, so that clients can rely on it
 * @param retryAfter the value of {@code Retry-After}; null if a retry cannot help
 */
record Problem(HttpStatus status, String slug, String title, String detail, @Nullable Duration retryAfter) {
    private static final String TYPES = "https://faultline.dev/problems/";

    Problem(HttpStatus status, String slug, String title, String detail) {
        this(status, slug, title, detail, null);
    }

    ProblemDetail body() {
        var body = ProblemDetail.forStatusAndDetail(status, detail);
        body.setType(URI.create(TYPES + slug));
        body.setTitle(title);
        return body;
    }

    /** Rejects a request with a problem. */
    static final class Rejection extends RuntimeException {
        private final transient Problem problem;

        Rejection(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}
