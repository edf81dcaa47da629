package dev.faultline.gateway;

import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.faultline.service.web.ProblemException;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Bounds the requests of a route, stops sending while its service fails, and explains failures to the client. */
final class RouteGuard implements HandlerFilterFunction<ServerResponse, ServerResponse> {
    private static final Logger log = LoggerFactory.getLogger(RouteGuard.class);
    /** The time for which a circuit stays open, which is also enough to restart an instance. */
    private static final Duration RETRY_AFTER_UNAVAILABLE = Duration.ofSeconds(3);
    private static final Duration RETRY_AFTER_BUSY = Duration.ofSeconds(1);

    private final String service;
    private final Bulkhead bulkhead;
    private final CircuitBreaker breaker;

    RouteGuard(String service, Bulkhead bulkhead, CircuitBreaker breaker) {
        this.service = service;
        this.bulkhead = bulkhead;
        this.breaker = breaker;
    }

    @Override
    public ServerResponse filter(ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
        try {
            return bulkhead.executeCallable(() -> breaker.executeCallable(() -> next.handle(request)));
        } catch (BulkheadFullException e) {
            throw busy("The request was not executed. Try again later.");
        } catch (InstanceBusyException e) { // perhaps after a first attempt that was sent
            throw busy(outcome(request));
        } catch (CallNotPermittedException e) { // was logged when the circuit opened
            throw unavailable(request);
        } catch (UncheckedIOException e) {
            log.warn("No answer from {}: {}", service, String.valueOf(e.getCause()));
            throw isTimeout(e) ? timeout(request) : unavailable(request);
        }
    }

    /** Excludes connection timeouts, which mean that the instance is unavailable. */
    private static boolean isTimeout(UncheckedIOException e) {
        return e.getCause() instanceof SocketTimeoutException && !(e.getCause() instanceof ConnectTimeoutException);
    }

    private ProblemException busy(String detail) {
        return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "service-busy", service + " is busy", detail)
                .retryAfter(RETRY_AFTER_BUSY);
    }

    private ProblemException timeout(ServerRequest request) {
        return new ProblemException(HttpStatus.GATEWAY_TIMEOUT, "service-timeout",
                service + " did not answer in time", outcome(request)).retryAfter(RETRY_AFTER_UNAVAILABLE);
    }

    private ProblemException unavailable(ServerRequest request) {
        return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "service-unavailable",
                service + " is not available", outcome(request)).retryAfter(RETRY_AFTER_UNAVAILABLE);
    }

    private static String outcome(ServerRequest request) {
        return RetrySafely.isRead(request)
                ? "Try again later."
                : "The outcome of the request is unknown; repeat it with the same Idempotency-Key.";
    }
}
