package dev.faultline.gateway;

import java.io.UncheckedIOException;
import java.util.Set;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.http.HttpMethod;
import org.springframework.util.StringUtils;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Retries once, on another instance if there is one, when a service does not respond or responds with 502, 503 or 504.
 * It retries only reads, and POST with an Idempotency-Key, within a {@link RetryBudget} per route, and returns the last
 * response.
 */
final class RetrySafely implements HandlerFilterFunction<ServerResponse, ServerResponse> {
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final Set<Integer> RETRYABLE = Set.of(502, 503, 504);
    /** Enough for the time until a crashed instance leaves rotation. */
    private static final int RESERVE = 100;

    private final RetryBudget budget = new RetryBudget(RESERVE);
    private final Counter sent;
    private final Counter denied;

    RetrySafely(String route, MeterRegistry meters) {
        this.sent = retries(route, "sent", meters);
        this.denied = retries(route, "denied", meters);
    }

    private static Counter retries(String route, String result, MeterRegistry meters) {
        return Counter.builder("faultline.gateway.retries").description(
                "Requests that were sent again, or were not because the retry budget was used up").tags("route", route,
                        "result", result).register(meters);
    }

    @Override
    public ServerResponse filter(ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
        if (!isRetryable(request)) {
            return next.handle(request);
        }
        budget.deposit();
        try {
            ServerResponse response = next.handle(request);
            if (!RETRYABLE.contains(response.statusCode().value()) || !mayRetry()) {
                return response;
            }
        } catch (UncheckedIOException e) {
            if (!mayRetry()) {
                throw e;
            }
        }
        return next.handle(request);
    }

    private boolean mayRetry() {
        boolean granted = budget.withdraw();
        (granted ? sent : denied).increment();
        return granted;
    }

    static boolean isRead(ServerRequest request) {
        return READS.contains(request.method());
    }

    private static boolean isRetryable(ServerRequest request) {
        return isRead(request) || (request.method().equals(HttpMethod.POST) && StringUtils.hasText(request
                .servletRequest().getHeader("Idempotency-Key")));
    }
}
