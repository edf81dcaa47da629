package dev.faultline.service.web;

import java.io.IOException;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/**
 * Reports the server's own errors as problem details. Tomcat rejects requests that are not valid HTTP or exceed its
 * limits before any filter runs.
 */
final class ServerProblems extends ErrorReportValve {
    private static final Logger log = LoggerFactory.getLogger(ServerProblems.class);
    private static final String HEADERS_TOO_LARGE = StringManager.getManager("org.apache.coyote.http11")
            .getString("iib.requestheadertoolarge.error");

    @Override
    protected void report(Request request, Response response, @Nullable Throwable error) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemDetail problem = problem(HttpStatus.valueOf(response.getStatus()), error);
        response.setStatus(problem.getStatus());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        if (!response.containsHeader(CorrelationId.HEADER)) {
            String id = CorrelationId.of(request.getHeader(CorrelationId.HEADER));
            response.setHeader(CorrelationId.HEADER, id);
            log.atInfo().addKeyValue(CorrelationId.FIELD, id).log("The server refused a request, {}", problem
                    .getType());
        }
        if (problem.getStatus() == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.value()) {
            response.setHeader(HttpHeaders.CONNECTION, "close"); // as the server does
        }
        try {
            response.getReporter().write("""
                    {"type":"%s","title":"%s","status":%d,"detail":"%s","instance":"%s"}""".formatted(problem
                    .getType(), problem.getTitle(), problem.getStatus(), problem.getDetail(), ProblemException
                            .instance(request.getRequestURI())));
            response.finishResponse();
        } catch (IOException e) {
            log.debug("The client was gone before its problem: {}", e.toString());
        }
    }

    private static ProblemDetail problem(HttpStatus status, @Nullable Throwable error) {
        if (error != null && HEADERS_TOO_LARGE.equals(error.getMessage())) {
            return ProblemException.detail(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large",
                    "The request's headers are too large", "They were not read completely.");
        }
        return switch (status) {
            case BAD_REQUEST -> ProblemException.detail(status, "malformed-request", "The request cannot be read",
                    "It is not a valid HTTP request.");
            case REQUEST_TIMEOUT -> ProblemException.detail(status, "body-too-slow",
                    "The request body arrived too slowly", "It was not read completely.");
            default -> ProblemException.detail(status, status.getReasonPhrase());
        };
    }
}
