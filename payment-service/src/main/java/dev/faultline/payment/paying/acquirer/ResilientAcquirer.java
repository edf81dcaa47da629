package dev.faultline.payment.paying.acquirer;

import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.util.concurrent.TimeoutException;

import dev.faultline.payment.paying.Acquirer;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The acquirer, asked with patience: retry, in it bulkhead, in it circuit breaker, in it time limit. Each repetition
 * waits for a place of its own and counts for the breaker, so retries cannot become a storm; and repeating is safe,
 * because the acquirer does nothing twice under one id. A decline is an answer, not a failure.
 *
 * <p>
 * Bound, with the settings of {@code application.yml}: three attempts, each with three seconds for a place and one for
 * the answer, and pauses of less than half a second, so 12.5 s for a request. Four of them, the most that a batch of
 * commands waits for one after the other, take 50 s of the five minutes that Kafka gives it.
 */
@Component
final class ResilientAcquirer implements Acquirer {
    private static final Logger log = LoggerFactory.getLogger(ResilientAcquirer.class);
    private static final String NAME = "acquirer";

    private final HttpAcquirer http;
    private final Retry retry;
    private final Bulkhead bulkhead;
    private final CircuitBreaker breaker;
    private final TimeLimiter limiter;

    ResilientAcquirer(AcquirerProperties properties, RetryRegistry retries, BulkheadRegistry bulkheads,
            CircuitBreakerRegistry breakers, TimeLimiterRegistry limiters) {
        this.http = new HttpAcquirer(properties);
        this.retry = retries.retry(NAME);
        this.bulkhead = bulkheads.bulkhead(NAME);
        this.breaker = breakers.circuitBreaker(NAME);
        this.limiter = limiters.timeLimiter(NAME);
    }

    @Override
    public Answer ask(Request request, @Nullable String traceparent) {
        var asking = new Asking(request, traceparent);
        try {
            return retry.executeCallable(
                    () -> bulkhead.executeCallable(() -> breaker.executeCallable(asking::attempt)));
        } catch (Exception e) {
            log.debug("{} of {} failed", request.operation(), request.orderId(), e);
            if (!asking.maybeSent) {
                return new Answer.NotSent("acquirer-unavailable");
            }
            return new Answer.Unknown(e instanceof TimeoutException ? "acquirer-timeout" : "acquirer-failed");
        }
    }

    /** One request and its attempts, which follow each other in one thread. */
    private final class Asking {
        private final Request request;
        private final @Nullable String traceparent;
        private boolean maybeSent;

        Asking(Request request, @Nullable String traceparent) {
            this.request = request;
            this.traceparent = traceparent;
        }

        Answer attempt() throws Exception {
            boolean before = maybeSent;
            maybeSent = true;
            try {
                return http.read(request.operation(),
                        limiter.executeFutureSupplier(() -> http.send(request, traceparent)));
            } catch (ConnectException | HttpConnectTimeoutException e) {
                maybeSent = before;
                throw e;
            }
        }
    }
}
