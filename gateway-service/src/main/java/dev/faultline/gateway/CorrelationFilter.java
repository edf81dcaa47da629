package dev.faultline.gateway;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Assigns each request a correlation id, which the client may choose, passes it to the service and back to the client,
 * and writes an access log line with it.
 */
@Component
@Order(CorrelationFilter.ORDER)
class CorrelationFilter implements WebFilter {
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;
    static final String HEADER = "X-Correlation-Id";

    private static final Logger access = LoggerFactory.getLogger("dev.faultline.gateway.access");
    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern ORDER_ID = Pattern.compile("/api/(?:orders|payments)/([A-Za-z0-9-]{1,64})");
    private static final HttpStatusCode CLIENT_CLOSED_REQUEST = HttpStatusCode.valueOf(499);
    private static final SecureRandom random = new SecureRandom();

    private final ApplicationContext application;

    CorrelationFilter(ApplicationContext application) {
        this.application = application;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!application.equals(exchange.getApplicationContext())) {
            return chain.filter(exchange); // the management port
        }
        long start = System.nanoTime();
        String given = exchange.getRequest().getHeaders().getFirst(HEADER);
        String id = given != null && PATTERN.matcher(given).matches() ? given : generated();
        exchange.getAttributes().put(HEADER, id);
        var named = exchange.mutate().request(request -> request.header(HEADER, id)).build();
        var response = named.getResponse();
        response.beforeCommit(() -> {
            response.getHeaders().set(HEADER, id);
            log(named, id, response.getStatusCode(), start);
            return Mono.empty();
        });
        return chain.filter(named).doOnCancel(() -> {
            if (!response.isCommitted()) {
                log(named, id, CLIENT_CLOSED_REQUEST, start);
            }
        });
    }

    private static String generated() {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The duration is the time to the start of the response. */
    private static void log(ServerWebExchange exchange, String id, @Nullable HttpStatusCode status, long start) {
        var request = exchange.getRequest();
        int code = status == null ? 200 : status.value();
        var line = access.atLevel(code >= 500 ? Level.WARN : Level.INFO).addKeyValue("correlationId", id)
                .addKeyValue("status", code)
                .addKeyValue("duration_ms", Duration.ofNanos(System.nanoTime() - start).toMillis());
        if (exchange.getAttribute(
                ServerWebExchangeUtils.GATEWAY_LOADBALANCER_RESPONSE_ATTR) instanceof Response<?> chosen
                && chosen.getServer() instanceof ServiceInstance instance) {
            line = line.addKeyValue("answeredBy", instance.getInstanceId());
        }
        var observed = ServerRequestObservationContext.findCurrent(exchange.getAttributes()).orElse(null);
        if (observed != null && observed.get(TracingContext.class) instanceof TracingContext trace
                && trace.getSpan() != null) {
            line = line.addKeyValue("traceId", trace.getSpan().context().traceId());
        }
        String path = request.getPath().value();
        String location = exchange.getResponse().getHeaders().getFirst(HttpHeaders.LOCATION);
        Matcher order = ORDER_ID.matcher(location == null ? path : location);
        if (order.find()) {
            line = line.addKeyValue("orderId", order.group(1));
        }
        line.log("{} {} {}", request.getMethod(), path, code);
    }
}
