package dev.faultline.service.web;

import java.io.IOException;
import java.time.Duration;

import dev.faultline.sharding.Deadline;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A request has the {@link Deadline} that its header {@link RequestTimeout#HEADER} gives it, from when this filter is
 * reached. A value that is not a positive number is ignored.
 */
@Order(DeadlineFilter.ORDER)
final class DeadlineFilter extends OncePerRequestFilter {
    /** Before everything that takes time. */
    static final int ORDER = -300;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Duration timeout = RequestTimeout.parse(request.getHeader(RequestTimeout.HEADER)).orElse(null);
        if (timeout == null) {
            chain.doFilter(request, response);
            return;
        }
        try {
            Deadline.in(timeout).call(() -> {
                chain.doFilter(request, response);
                return null;
            });
        } catch (IOException | ServletException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e); // the chain declares no other
        }
    }
}
