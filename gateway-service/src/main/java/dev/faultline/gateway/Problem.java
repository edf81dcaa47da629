package dev.faultline.gateway;

import java.net.URI;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * What went wrong, in the form of RFC 9457.
 *
 * @param slug the last part of the {@code type}, which is stable: clients may decide by it
 * @param retryAfter when to try again, if that can help
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

    /** Ends a request that the gateway does not let in. */
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
