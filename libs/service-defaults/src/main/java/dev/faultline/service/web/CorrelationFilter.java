package dev.faultline.service.web;

import java.io.IOException;
import java.util.regex.Pattern;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Adds the gateway's correlation id to every log line of the request. The gateway has a filter of the same name in its
 * place, which assigns the id.
 */
class CorrelationFilter extends OncePerRequestFilter {
    private static final String HEADER = "X-Correlation-Id";
    private static final String FIELD = "correlationId";
    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = request.getHeader(HEADER);
        if (id == null || !PATTERN.matcher(id).matches()) {
            chain.doFilter(request, response);
            return;
        }
        try (var _ = MDC.putCloseable(FIELD, id)) {
            chain.doFilter(request, response);
        }
    }
}
