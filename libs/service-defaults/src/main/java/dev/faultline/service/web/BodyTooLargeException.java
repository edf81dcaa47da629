package dev.faultline.service.web;

import java.io.IOException;

import org.springframework.http.HttpStatus;

/** A request body exceeded the limit while it was read. */
class BodyTooLargeException extends IOException {
    private final long limitBytes;

    BodyTooLargeException(long limitBytes) {
        super("request body over " + limitBytes + " bytes");
        this.limitBytes = limitBytes;
    }

    ProblemException problem() {
        return new ProblemException(HttpStatus.CONTENT_TOO_LARGE, "body-too-large", "The request body is too large",
                "At most " + limitBytes + " bytes are accepted.");
    }
}
