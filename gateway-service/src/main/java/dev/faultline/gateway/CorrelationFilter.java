package dev.faultline.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.faultline.gateway.balancing.Instance;
import dev.faultline.service.web.CorrelationId;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Assigns each request a correlation id, which the client may choose, passes it to the service and back to the client,
 * adds it to every log line of the request, and writes an access log line. It takes the place of the services' filter,
 * which only adopts the id.
 */
@Component
@Order(CorrelationFilter.ORDER)
class CorrelationFilter extends HttpFilter {
    /** After the filter that starts a trace, and before the one that authenticates: refused requests are logged too. */
    static final int ORDER = -200;
    /** The header, and the request attribute with its value. */
    static final String HEADER = CorrelationId.HEADER;

    private static final Logger access = LoggerFactory.getLogger("dev.faultline.gateway.access");
    private static final Pattern ORDER_ID = Pattern.compile("/api/(?:orders|payments)/([A-Za-z0-9-]{1,64})");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long start = System.nanoTime();
        String id = CorrelationId.of(request.getHeader(HEADER));
        request.setAttribute(HEADER, id);
        response.setHeader(HEADER, id);
        MDC.put(CorrelationId.FIELD, id);
        try {
            chain.doFilter(request, response);
        } finally {
            log(request, response, Duration.ofNanos(System.nanoTime() - start));
            MDC.remove(CorrelationId.FIELD);
        }
    }

    private static void log(HttpServletRequest request, HttpServletResponse response, Duration duration) {
        int status = response.getStatus();
        var line = access.atLevel(status >= 500 ? Level.WARN : Level.INFO).addKeyValue("status", status)
                .addKeyValue("duration_ms", duration.toMillis());
        if (request.getAttribute(BalancedRoute.CHOSEN) instanceof Instance instance) {
            line = line.addKeyValue("answeredBy", instance.id());
        }
        String path = request.getRequestURI();
        String location = response.getHeader(HttpHeaders.LOCATION);
        Matcher order = ORDER_ID.matcher(location == null ? path : location);
        if (order.find()) {
            line = line.addKeyValue("orderId", order.group(1));
        }
        line.log("{} {} {}", request.getMethod(), path, status);
    }
}
