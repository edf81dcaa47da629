package dev.faultline.gateway;

import java.io.IOException;
import java.util.List;
import java.util.Set;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * {@code RetrySafely=N}: retries up to N times, on another instance if there is one, when a service does not respond or
 * responds with 502, 503 or 504. It retries only reads and writes with an Idempotency-Key, within a {@link RetryBudget}
 * per route, and forwards the last response.
 */
@Component
class RetrySafelyGatewayFilterFactory extends AbstractGatewayFilterFactory<RetrySafelyGatewayFilterFactory.Config> {
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final Set<HttpStatus> RETRYABLE = Set.of(HttpStatus.BAD_GATEWAY,
            HttpStatus.SERVICE_UNAVAILABLE,
            HttpStatus.GATEWAY_TIMEOUT);
    /** Enough for the time until a crashed instance leaves rotation. */
    private static final int RESERVE = 100;

    RetrySafelyGatewayFilterFactory() {
        super(Config.class);
    }

    /** Bound by the framework from the filter's arguments. */
    static final class Config {
        private int retries = 1;

        public int getRetries() {
            return retries;
        }

        public void setRetries(int retries) {
            this.retries = retries;
        }
    }

    @Override
    public List<String> shortcutFieldOrder() {
        return List.of("retries");
    }

    @Override
    public GatewayFilter apply(Config config) {
        var budget = new RetryBudget(RESERVE);
        return (exchange, chain) -> {
            if (!isRetryable(exchange.getRequest())) {
                return chain.filter(exchange);
            }
            budget.deposit();
            return chain.filter(exchange).then(Mono.defer(() -> failIfRetryable(exchange)))
                    .retryWhen(Retry.from(attempts -> attempts.concatMap(attempt -> {
                        if (attempt.totalRetries() < config.getRetries() && isRetryable(attempt.failure())
                                && budget.withdraw()) {
                            ServerWebExchangeUtils.reset(exchange);
                            return Mono.just(attempt);
                        }
                        return Mono.error(attempt.failure());
                    }))).onErrorComplete(UnavailableResponseException.class);
        };
    }

    static boolean isRetryable(ServerHttpRequest request) {
        return isRead(request) || StringUtils.hasText(request.getHeaders().getFirst("Idempotency-Key"));
    }

    static boolean isRead(ServerHttpRequest request) {
        return READS.contains(request.getMethod());
    }

    private static Mono<Void> failIfRetryable(ServerWebExchange exchange) {
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        return status != null && RETRYABLE.contains(status)
                ? Mono.error(new UnavailableResponseException())
                : Mono.empty();
    }

    private static boolean isRetryable(Throwable failure) {
        return failure instanceof UnavailableResponseException || GatewayErrorHandler.has(failure, IOException.class)
                || GatewayErrorHandler.isTimeout(failure);
    }

    /** The service responded with a retryable status. */
    private static final class UnavailableResponseException extends RuntimeException {
        UnavailableResponseException() {
            super(null, null, false, false);
        }
    }
}
