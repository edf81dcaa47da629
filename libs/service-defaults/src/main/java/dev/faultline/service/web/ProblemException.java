package dev.faultline.service.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.util.UriUtils;

/** A problem detail response (RFC 9457). Its {@code type} is stable, so that clients can rely on it. */
public class ProblemException extends ErrorResponseException {
    private static final String TYPES = "https://faultline.dev/problems/";

    /**
     * An invalid field of the input.
     *
     * @param field its path, like {@code lines[0].quantity}
     */
    public record FieldError(String field, String reason) {}

    /** @param slug the last segment of the type */
    public ProblemException(HttpStatus status, String slug, String title, String detail) {
        super(status, detail(status, slug, title, detail), null);
    }

    /** A response with status 422 and one error per field. */
    public static ProblemException invalid(String slug, String title, List<FieldError> errors) {
        var problem = new ProblemException(HttpStatus.UNPROCESSABLE_CONTENT, slug, title,
                errors.getFirst().field() + ": " + errors.getFirst().reason());
        problem.getBody().setProperty("errors", errors);
        return problem;
    }

    /** Sets the header {@code Retry-After}. */
    public ProblemException retryAfter(Duration wait) {
        getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, wait.toSeconds())));
        return this;
    }

    /**
     * The path of a request as the {@code instance} of a problem.
     *
     * @param path as it was sent, which may be no URI; null if it was not read
     */
    public static URI instance(@Nullable String path) {
        String given = path == null ? "" : path;
        try {
            return new URI(given);
        } catch (URISyntaxException e) {
            return URI.create(UriUtils.encode(given, StandardCharsets.UTF_8));
        }
    }

    /** A problem whose type and title are the reason phrase of its status. */
    static ProblemDetail detail(HttpStatus status, String detail) {
        return detail(status, status.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-'),
                status.getReasonPhrase(), detail);
    }

    static ProblemDetail detail(HttpStatus status, String slug, String title, String detail) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create(TYPES + slug));
        problem.setTitle(title);
        return problem;
    }
}
