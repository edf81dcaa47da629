package dev.faultline.gateway;

import static org.springframework.web.servlet.function.RequestPredicates.POST;
import static org.springframework.web.servlet.function.RequestPredicates.path;

import java.time.Duration;
import java.util.regex.Pattern;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.faultline.gateway.balancing.Balancing;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The routes; nothing else is reachable. */
@Configuration(proxyBeanMethods = false)
class Routes {
    private static final String ORDERS = "order-service";
    /** Longer than the longest wait that a client may request, "Prefer: wait=10". */
    private static final Duration PLACING_TIMEOUT = Duration.ofSeconds(15);
    private static final Pattern WAIT = Pattern.compile("\\bwait=0*[1-9]");

    private static final HandlerFilterFunction<ServerResponse, ServerResponse> UNCACHED = (request, next) -> next
            .handle(request);

    private final PooledExchange exchange;
    private final Balancing balancing;
    private final BulkheadRegistry bulkheads;
    private final CircuitBreakerRegistry breakers;
    private final CacheProperties cache;
    private final MeterRegistry meters;

    Routes(PooledExchange exchange, Balancing balancing, BulkheadRegistry bulkheads,
            CircuitBreakerRegistry breakers, CacheProperties cache, MeterRegistry meters) {
        this.cache = cache;
        this.exchange = exchange;
        this.balancing = balancing;
        this.bulkheads = bulkheads;
        this.breakers = breakers;
        this.meters = meters;
    }

    /**
     * Requests that wait for an order's outcome have their own bulkhead and circuit breaker: they take as long as a
     * checkout, and while checkouts stand still, orders can still be placed.
     */
    @Bean
    RouterFunction<ServerResponse> router() {
        PooledExchange placing = exchange.within(PLACING_TIMEOUT);
        HandlerFilterFunction<ServerResponse, ServerResponse> cached = cache.enabled()
                ? new ResponseCache("catalogue", "/api/catalogue", cache, Ticker.systemTicker(), meters)
                : UNCACHED;
        return route("placing-and-waiting", POST("/api/orders").and(Routes::waits), ORDERS, placing)
                .and(route("placing-orders", POST("/api/orders"), ORDERS, placing))
                .and(route("orders", path("/api/orders/**").or(path("/api/catalogue/**")), ORDERS, exchange, cached))
                .and(route("stock", path("/api/stock/**"), "inventory-service", exchange))
                .and(route("payments", path("/api/payments/**"), "payment-service", exchange))
                .and(route("tokens", POST("/oauth2/token").or(POST("/oauth2/revoke")), "identity-service", exchange));
    }

    private static boolean waits(ServerRequest request) {
        String prefer = request.servletRequest().getHeader("Prefer");
        return prefer != null && WAIT.matcher(prefer).find();
    }

    private RouterFunction<ServerResponse> route(String id, RequestPredicate requests, String service,
            PooledExchange exchange) {
        return route(id, requests, service, exchange, UNCACHED);
    }

    /** The first filter is the outermost: what the cache answers, or has wait for the same request, takes no place. */
    private RouterFunction<ServerResponse> route(String id, RequestPredicate requests, String service,
            PooledExchange exchange, HandlerFilterFunction<ServerResponse, ServerResponse> cached) {
        var balanced = new BalancedRoute(balancing.route(id, service));
        PooledExchange toService = exchange.to(service);
        return GatewayRouterFunctions.route(id).route(requests, request -> balanced.send(request,
                instance -> toService.exchange(toService.request(request).uri(instance).build())))
                .filter(cached).filter(new RouteGuard(service, bulkheads.bulkhead(id), breakers.circuitBreaker(id)))
                .filter(new RetrySafely(id, meters)).build();
    }
}
