package dev.faultline.payment.paying.acquirer;

import java.net.ConnectException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;

import dev.faultline.oauth.ClientTokens;
import dev.faultline.payment.paying.Acquirer;
import dev.faultline.service.security.SecurityProperties;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Calls the acquirer through retry, bulkhead, circuit breaker and time limit, from the outside in. Each retry acquires
 * its own bulkhead permit and counts for the breaker, so retries cannot become a storm. They are safe, because the
 * acquirer executes an operation once per id. A decline is a response, not a failure.
 *
 * <p>
 * Bound, with the settings of {@code application.yml}: three attempts, each with three seconds for a permit and one for
 * the response, and backoffs below half a second, so 12.5 s per request. A batch of commands waits for four requests in
 * sequence at most: 50 s of the five minutes of Kafka's poll interval. A new token takes six seconds of silence at most, and
 * all requests share it: 56 s. Without one, nothing is sent.
 */
@Component
final class ResilientAcquirer implements Acquirer {
    private static final Logger log = LoggerFactory.getLogger(ResilientAcquirer.class);
    private static final String NAME = "acquirer";

    private final HttpAcquirer http;
    private final ClientTokens tokens;
    private final Retry retry;
    private final Bulkhead bulkhead;
    private final CircuitBreaker breaker;
    private final TimeLimiter limiter;
    /** The time limiter interrupts the thread of a request, which closes its connection. */
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    ResilientAcquirer(AcquirerProperties properties, SecurityProperties security, RetryRegistry retries,
            BulkheadRegistry bulkheads,
            CircuitBreakerRegistry breakers, TimeLimiterRegistry limiters) {
        this.http = new HttpAcquirer(properties);
        this.tokens = ClientTokens.discovered(security.issuer(), properties.clientId(), properties::clientSecret);
        this.retry = retries.retry(NAME);
        this.bulkhead = bulkheads.bulkhead(NAME);
        this.breaker = breakers.circuitBreaker(NAME);
        this.limiter = limiters.timeLimiter(NAME);
    }

    @Override
    public Answer ask(Request request, @Nullable String traceparent) {
        var call = new Call(request, traceparent);
        try {
            // Before the permit, which a request without a token must not hold, and valid for longer than the attempts take.
            String authorization = tokens.bearer();
            return retry.executeCallable(() -> bulkhead.executeCallable(() -> breaker.executeCallable(
                    () -> call.attempt(authorization))));
        } catch (Exception e) {
            log.debug("{} of {} failed", request.operation(), request.orderId(), e);
            if (!call.maybeSent) {
                return new Answer.NotSent("acquirer-unavailable");
            }
            return new Answer.Unknown(e instanceof TimeoutException ? "acquirer-timeout" : "acquirer-failed");
        }
    }

    /** One request with its attempts, made in sequence by one thread. */
    private final class Call {
        private final Request request;
        private final @Nullable String traceparent;
        private boolean maybeSent;

        Call(Request request, @Nullable String traceparent) {
            this.request = request;
            this.traceparent = traceparent;
        }

        Answer attempt(String authorization) throws Exception {
            boolean before = maybeSent;
            maybeSent = true;
            try {
                return limiter.executeFutureSupplier(() -> threads.submit(() -> http.send(request,
                        authorization, traceparent)));
            } catch (ConnectException | ConnectTimeoutException e) {
                maybeSent = before;
                throw e;
            }
        }
    }
}
