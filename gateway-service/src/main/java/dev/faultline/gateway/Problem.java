package dev.faultline.gateway;

import java.net.URI;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * An error response in the form of RFC 9457.
 *
 * @param slug the last segment of the {@code type}, stable, for clients to decide by
 * @param retryAfter when to retry, if a retry can help
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

    /** Ends a request that the gateway rejects. */
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
