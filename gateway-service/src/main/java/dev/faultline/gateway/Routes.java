package dev.faultline.gateway;

import static org.springframework.web.servlet.function.RequestPredicates.POST;
import static org.springframework.web.servlet.function.RequestPredicates.path;

import java.time.Duration;
import java.util.regex.Pattern;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The routes; nothing else is reachable. */
@Configuration(proxyBeanMethods = false)
class Routes {
    /** Longer than the longest wait that a client may request, "Prefer: wait=10". */
    private static final Duration PLACING_TIMEOUT = Duration.ofSeconds(15);
    private static final Pattern WAIT = Pattern.compile("\\bwait=0*[1-9]");

    private final PooledExchange exchange;
    private final LoadBalancerClientFactory discovered;
    private final BulkheadRegistry bulkheads;
    private final CircuitBreakerRegistry breakers;

    Routes(PooledExchange exchange, LoadBalancerClientFactory discovered, BulkheadRegistry bulkheads,
            CircuitBreakerRegistry breakers) {
        this.exchange = exchange;
        this.discovered = discovered;
        this.bulkheads = bulkheads;
        this.breakers = breakers;
    }

    /**
     * Requests that wait for an order's outcome have their own bulkhead and circuit breaker: they take as long as a
     * checkout, and while checkouts stand still, orders can still be placed.
     */
    @Bean
    RouterFunction<ServerResponse> router() {
        Instances orders = instances("order-service");
        PooledExchange placing = exchange.within(PLACING_TIMEOUT);
        return route("placing-and-waiting", POST("/api/orders").and(Routes::waits), orders, placing)
                .and(route("placing-orders", POST("/api/orders"), orders, placing))
                .and(route("orders", path("/api/orders/**").or(path("/api/catalogue/**")), orders, exchange))
                .and(route("stock", path("/api/stock/**"), instances("inventory-service"), exchange))
                .and(route("payments", path("/api/payments/**"), instances("payment-service"), exchange))
                .and(route("tokens", POST("/oauth2/token").or(POST("/oauth2/revoke")), instances("identity-service"),
                        exchange));
    }

    private static boolean waits(ServerRequest request) {
        String prefer = request.servletRequest().getHeader("Prefer");
        return prefer != null && WAIT.matcher(prefer).find();
    }

    private Instances instances(String service) {
        return new Instances(service, discovered.getInstance(service, ServiceInstanceListSupplier.class));
    }

    private RouterFunction<ServerResponse> route(String id, RequestPredicate requests, Instances instances,
            PooledExchange exchange) {
        return GatewayRouterFunctions.route(id).route(requests, request -> instances.send(request,
                instance -> exchange.exchange(exchange.request(request).uri(instance).build())))
                .filter(new RouteGuard(instances.service(), bulkheads.bulkhead(id), breakers.circuitBreaker(id)))
                .filter(new RetrySafely()).build();
    }
}
