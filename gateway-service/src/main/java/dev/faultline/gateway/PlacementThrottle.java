package dev.faultline.gateway;

import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

import io.github.resilience4j.core.metrics.LockFreeSlidingTimeWindowMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Refuses placements that the platform cannot take, before their bodies are read. Reads are never refused here. */
@Component
@Order(PlacementThrottle.ORDER)
class PlacementThrottle extends HttpFilter {
    static final int ORDER = CorrelationFilter.ORDER + 1;
    static final String PATH = "/api/orders";
    /** The request attribute, of any value, of a request that was refused later because it was too much. */
    static final String REFUSED = "dev.faultline.gateway.refused";

    private final AdaptiveThrottle throttle;
    private final Counter rejections;
    private final HandlerExceptionResolver problems;

    PlacementThrottle(GatewayLimits limits, MeterRegistry meters,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        var window = new LockFreeSlidingTimeWindowMetrics(Math.toIntExact(limits.throttleWindow().toSeconds()));
        this.throttle = new AdaptiveThrottle(window, limits.throttleRatio(),
                () -> ThreadLocalRandom.current().nextDouble());
        this.rejections = Counter.builder("faultline.gateway.throttle.rejections")
                .description("placements rejected because others were being refused").register(meters);
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!HttpMethod.POST.name().equals(request.getMethod()) || !PATH.equals(request.getRequestURI())) {
            chain.doFilter(request, response);
        } else if (throttle.tryAdmit()) {
            try {
                chain.doFilter(request, response);
            } finally {
                throttle.complete(request.getAttribute(REFUSED) == null);
            }
        } else {
            rejections.increment();
            problems.resolveException(request, response, null, RouteGuard.busy("order-service",
                    RouteGuard.NOT_EXECUTED));
        }
    }
}
