package dev.faultline.service.web;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpHeaders;

/** What the headers of a request say about its body. */
public final class RequestBodies {
    private RequestBodies() {}

    /** Whether it has one: a length that is not 0, or an unknown one. */
    public static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
}
