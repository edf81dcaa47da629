package dev.faultline.gateway;

import java.io.IOException;
import java.util.regex.Pattern;

import dev.faultline.service.web.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Rejects, before anything is decided on a path, those that this gateway and a service may interpret differently. */
@Component
@Order(AmbiguousPathFilter.ORDER)
class AmbiguousPathFilter extends HttpFilter {
    static final int ORDER = CorrelationFilter.ORDER + 1;

    /**
     * Empty or dotted segments, parameters after a semicolon, backslashes; and encoded forms of these, of percent signs and
     * of control characters.
     */
    private static final Pattern AMBIGUOUS = Pattern
            .compile("//|[;\\\\]|/\\.{1,2}(/|$)|%(2[eEfF5]|5[cC]|3[bB]|[01].|7[fF])");

    private final HandlerExceptionResolver problems;

    AmbiguousPathFilter(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (AMBIGUOUS.matcher(request.getRequestURI()).find()) {
            problems.resolveException(request, response, null, new ProblemException(HttpStatus.BAD_REQUEST,
                    "ambiguous-path", "The path is ambiguous",
                    "Paths have no empty or dotted segments, no parameters and no encoded delimiters."));
        } else if (CorsUtils.isPreFlightRequest(request)) {
            problems.resolveException(request, response, null, new ProblemException(HttpStatus.FORBIDDEN,
                    "cross-origin", "Cross-origin requests are not allowed",
                    "Scripts of other origins cannot call this API."));
        } else {
            chain.doFilter(request, response);
        }
    }
}
