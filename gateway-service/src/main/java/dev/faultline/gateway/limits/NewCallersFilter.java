package dev.faultline.gateway.limits;

import java.io.IOException;

import dev.faultline.service.security.Caller;
import dev.faultline.service.web.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Applies the limits to callers whose tokens have just been verified for the first time. Otherwise each token would have
 * requests that do not count, and a new token is easily had.
 */
@Component
@Order(NewCallersFilter.ORDER)
class NewCallersFilter extends HttpFilter {
    /** After authentication. */
    static final int ORDER = -99;

    private final Quotas quotas;
    private final HandlerExceptionResolver problems;

    NewCallersFilter(Quotas quotas, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.quotas = quotas;
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (request.getAttribute(CallerLimitsFilter.ADMITTED) != null || authentication == null
                || !(authentication.getPrincipal() instanceof Caller caller)) {
            chain.doFilter(request, response);
            return;
        }
        request.setAttribute(CallerLimitsFilter.ADMITTED, true);
        try {
            CallerLimitsFilter.admit(quotas, caller, request, response, chain);
        } catch (ProblemException problem) {
            CallerLimitsFilter.refuse(problems, problem, request, response);
        }
    }
}
