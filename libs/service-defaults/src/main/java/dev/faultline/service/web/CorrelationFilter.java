package dev.faultline.service.web;

import java.io.IOException;

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
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = request.getHeader(CorrelationId.HEADER);
        if (id == null || !CorrelationId.isValid(id)) {
            chain.doFilter(request, response);
            return;
        }
        try (var _ = MDC.putCloseable(CorrelationId.FIELD, id)) {
            chain.doFilter(request, response);
        }
    }
}
