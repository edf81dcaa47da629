package dev.faultline.gateway;

import static org.springframework.cloud.gateway.server.mvc.handler.GatewayRouterFunctions.route;
import static org.springframework.web.servlet.function.RequestPredicates.POST;
import static org.springframework.web.servlet.function.RequestPredicates.path;

import java.time.Duration;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** The routes; nothing else is reachable. */
@Configuration(proxyBeanMethods = false)
class Routes {
    /** Longer than the longest wait that a client may request, "Prefer: wait=10". */
    private static final Duration PLACING_TIMEOUT = Duration.ofSeconds(15);

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

    @Bean
    RouterFunction<ServerResponse> router() {
        return to("order-service", "placing-orders", POST("/api/orders"), exchange.within(PLACING_TIMEOUT))
                .and(to("order-service", "orders", path("/api/orders/**").or(path("/api/catalogue/**")), exchange))
                .and(to("inventory-service", "stock", path("/api/stock/**"), exchange))
                .and(to("payment-service", "payments", path("/api/payments/**"), exchange));
    }

    private RouterFunction<ServerResponse> to(String service, String id, RequestPredicate requests,
            PooledExchange exchange) {
        var instances = new Instances(discovered.getInstance(service, ServiceInstanceListSupplier.class));
        return route(id).route(requests, request -> exchange.exchange(exchange.request(request).uri(instances.next(
                request)).build()))
                .filter(new RouteGuard(service, bulkheads.bulkhead(id), breakers.circuitBreaker(id)))
                .filter(new RetrySafely()).build();
    }
}
