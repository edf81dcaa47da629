package dev.faultline.gateway.limits;

import java.io.IOException;
import java.util.Optional;

import dev.faultline.service.security.Caller;
import dev.faultline.service.security.KnownCallers;
import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.RequestBodies;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Applies the limits by caller before a body is read and a token verified: to callers whose tokens are known, and otherwise to
 * client addresses. A request without a token counts at once. One whose token is not known counts if it is refused, and then is
 * refused by this filter while its address has used up its share; known callers at the same address do not notice.
 */
@Component
@Order(CallerLimitsFilter.ORDER)
class CallerLimitsFilter extends HttpFilter {
    /** After the filter that logs and correlates, before the one that reads bodies. */
    static final int ORDER = -199;
    /** The request attribute that says that the caller is known, and was admitted. */
    static final String ADMITTED = "dev.faultline.gateway.admitted";

    private final Quotas quotas;
    private final KnownCallers callers;
    private final HandlerExceptionResolver problems;

    CallerLimitsFilter(Quotas quotas, KnownCallers callers,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.quotas = quotas;
        this.callers = callers;
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            Optional<Caller> known = callers.of(request);
            if (known.isPresent()) {
                request.setAttribute(ADMITTED, true);
                admit(quotas, known.get(), request, response, chain);
            } else if (KnownCallers.hasToken(request)) {
                passOnUnknown(request, response, chain);
            } else {
                quotas.ofAddresses().admit(ClientAddress.of(request), request, response, chain);
            }
        } catch (ProblemException problem) {
            refuse(problems, problem, request, response);
        }
    }

    /** The body of a refused request is not read, and nobody waits for the rest of it. */
    static void refuse(HandlerExceptionResolver problems, ProblemException problem, HttpServletRequest request,
            HttpServletResponse response) {
        if (RequestBodies.hasBody(request)) {
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
        problems.resolveException(request, response, null, problem);
    }

    static void admit(Quotas quotas, Caller caller, HttpServletRequest request, HttpServletResponse response,
            FilterChain chain) throws IOException, ServletException {
        Optional<Quota> quota = quotas.of(caller);
        if (quota.isPresent()) {
            quota.get().admit(caller.subject(), request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void passOnUnknown(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String address = ClientAddress.of(request);
        quotas.ofAddresses().check(address, response);
        chain.doFilter(request, response);
        boolean isRefused = response.getStatus() >= 400 && response.getStatus() < 500;
        if (isRefused && request.getAttribute(ADMITTED) == null) {
            quotas.ofAddresses().charge(address);
        }
    }
}
