package dev.faultline.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.RequestBodies;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.connector.ClientAbortException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Rejects requests with an ambiguous path or of another origin's scripts, and bodies that arrive too slowly or are too
 * large together; {@code faultline.web.max-body} limits each. It reads the body before routing, so that a slow sender
 * occupies no service and a retry has its body.
 */
@Component
@Order(RequestLimitsFilter.ORDER)
class RequestLimitsFilter extends HttpFilter {
    /**
     * After the limits of callers, which a body must not get around by arriving slowly; before authentication: a request
     * that is refused here costs no verification of a token.
     */
    static final int ORDER = CorrelationFilter.ORDER + 2;
    /** The request attribute with the body, a byte array; absent if there is none. */
    static final String BODY = "dev.faultline.gateway.body";

    private static final Logger log = LoggerFactory.getLogger(RequestLimitsFilter.class);

    /**
     * Paths that two parsers may interpret differently: empty or dotted segments, parameters after a semicolon,
     * backslashes; and encoded forms of these, of percent signs and of control characters.
     */
    private static final Pattern AMBIGUOUS = Pattern
            .compile("//|[;\\\\]|/\\.{1,2}(/|$)|%(2[eEfF5]|5[cC]|3[bB]|[01].|7[fF])");
    private static final Duration RETRY_AFTER_BUSY = Duration.ofSeconds(1);

    private final GatewayLimits limits;
    private final Semaphore memory;
    private final HandlerExceptionResolver problems;

    RequestLimitsFilter(GatewayLimits limits,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.limits = limits;
        this.memory = new Semaphore(Math.toIntExact(limits.bodyMemory().toBytes()));
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var body = new ByteArrayOutputStream();
        try {
            check(request);
            if (RequestBodies.hasBody(request)) {
                read(request.getInputStream(), body);
                request.setAttribute(BODY, body.toByteArray());
            }
            chain.doFilter(request, response);
        } catch (ProblemException problem) {
            response.setHeader(HttpHeaders.CONNECTION, "close"); // nobody waits for the rest of a body
            problems.resolveException(request, response, null, problem);
        } catch (ClientAbortException e) {
            log.debug("The client is gone, or its body is late, to which the server responds: {}", e.toString());
        } finally {
            memory.release(body.size());
        }
    }

    private static void check(HttpServletRequest request) {
        if (AMBIGUOUS.matcher(request.getRequestURI()).find()) {
            throw new ProblemException(HttpStatus.BAD_REQUEST, "ambiguous-path", "The path is ambiguous",
                    "Paths have no empty or dotted segments, no parameters and no encoded delimiters.");
        }
        if (CorsUtils.isPreFlightRequest(request)) {
            throw new ProblemException(HttpStatus.FORBIDDEN, "cross-origin", "Cross-origin requests are not allowed",
                    "Scripts of other origins cannot call this API.");
        }
    }

    private void read(InputStream in, ByteArrayOutputStream body) throws IOException {
        long start = System.nanoTime();
        var buffer = new byte[1024];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (!memory.tryAcquire(count)) {
                throw new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "too-many-bodies",
                        "Too many request bodies are being read", "The request was not executed. Try again later.")
                        .retryAfter(RETRY_AFTER_BUSY);
            }
            body.write(buffer, 0, count);
            if (System.nanoTime() - start > limits.bodyTimeout().toNanos()) {
                throw new ProblemException(HttpStatus.REQUEST_TIMEOUT, "body-too-slow",
                        "The request body arrived too slowly", "It must arrive within "
                                + limits.bodyTimeout().toSeconds() + " seconds.");
            }
        }
    }
}
