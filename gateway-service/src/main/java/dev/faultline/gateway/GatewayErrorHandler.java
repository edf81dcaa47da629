package dev.faultline.gateway;

import java.time.Duration;
import java.util.Locale;

import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.netty.handler.timeout.ReadTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.cloud.gateway.support.ServiceUnavailableException;
import org.springframework.cloud.gateway.support.TimeoutException;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns every error of the gateway into {@code application/problem+json}, including the circuit breakers' fallback,
 * which therefore needs no path that outsiders could call. Unlike the services' {@code ProblemExceptionHandler} it is
 * reactive and explains failures of the services behind it.
 */
@Component
@Order(-2)
class GatewayErrorHandler implements WebExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(GatewayErrorHandler.class);
    /** The time for which a circuit stays open, which is also enough to restart an instance. */
    private static final Duration RETRY_AFTER_UNAVAILABLE = Duration.ofSeconds(3);
    private static final Duration RETRY_AFTER_BUSY = Duration.ofSeconds(1);

    private final JsonMapper json;

    GatewayErrorHandler(JsonMapper json) {
        this.json = json;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
        var response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(error);
        }
        ServerWebExchangeUtils.reset(exchange);
        Problem problem = problem(exchange, error);
        response.setStatusCode(problem.status());
        response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (problem.retryAfter() != null) {
            response.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(problem.retryAfter().toSeconds()));
        }
        byte[] body = json.writeValueAsBytes(problem.body());
        response.getHeaders().setContentLength(body.length);
        // Never respond synchronously: Reactor Netty 1.3.7 stops reading from a connection if a pipelined request is
        // answered before the event loop has dispatched it completely.
        return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)))
                .subscribeOn(Schedulers.parallel());
    }

    private static Problem problem(ServerWebExchange exchange, Throwable error) {
        if (error instanceof Problem.Rejection refused) {
            return refused.problem();
        }
        Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
        if (route != null) {
            return unavailable(route.getUri().getHost(), exchange, error);
        }
        if (error instanceof ErrorResponse refusal && refusal.getStatusCode().is4xxClientError()) {
            var status = HttpStatus.valueOf(refusal.getStatusCode().value());
            return status == HttpStatus.NOT_FOUND
                    ? new Problem(status, "not-found", "Not found", "No such path.")
                    : new Problem(status, status.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-'),
                            status.getReasonPhrase(), "The request is not acceptable.");
        }
        correlated(log.atError(), exchange).setCause(error)
                .log("A request failed unexpectedly: {}", exchange.getRequest().getPath());
        return new Problem(HttpStatus.INTERNAL_SERVER_ERROR, "internal-error", "Internal error",
                "The error was logged with the correlation id of this request.");
    }

    private static Problem unavailable(String service, ServerWebExchange exchange, Throwable error) {
        String outcome = RetrySafelyGatewayFilterFactory.isRead(exchange.getRequest())
                ? "Try again later."
                : "The outcome of the request is unknown; repeat it with the same Idempotency-Key.";
        if (has(error, BulkheadFullException.class) || has(error, PoolAcquireTimeoutException.class)) {
            return new Problem(HttpStatus.SERVICE_UNAVAILABLE, "service-busy", service + " is busy",
                    "The request was not executed. Try again later.", RETRY_AFTER_BUSY);
        }
        if (isTimeout(error)) {
            return new Problem(HttpStatus.GATEWAY_TIMEOUT, "service-timeout", service + " did not answer in time",
                    outcome, RETRY_AFTER_UNAVAILABLE);
        }
        if (!has(error, ServiceUnavailableException.class)) { // an open circuit was logged when it opened
            correlated(log.atWarn(), exchange)
                    .log("No answer from {}: {}", service, error.toString());
        }
        return new Problem(HttpStatus.SERVICE_UNAVAILABLE, "service-unavailable", service + " is not available",
                outcome,
                RETRY_AFTER_UNAVAILABLE);
    }

    private static LoggingEventBuilder correlated(LoggingEventBuilder line, ServerWebExchange exchange) {
        String id = exchange.getAttribute(CorrelationFilter.HEADER);
        return id == null ? line : line.addKeyValue("correlationId", id);
    }

    /** Excludes connection timeouts, which mean that the instance is unavailable. */
    static boolean isTimeout(Throwable error) {
        return has(error, TimeoutException.class) || has(error, ReadTimeoutException.class);
    }

    static boolean has(@Nullable Throwable error, Class<? extends Throwable> type) {
        return error != null && (type.isInstance(error) || has(error.getCause(), type));
    }
}
