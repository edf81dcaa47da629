package dev.faultline.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

import io.github.resilience4j.core.metrics.Metrics;
import io.github.resilience4j.core.metrics.Metrics.Outcome;
import io.github.resilience4j.core.metrics.Snapshot;

/**
 * Refuses a share of the requests to a service that refuses some itself, so that overload costs little: of the requests
 * in a sliding window, about {@code ratio} times as many as the service accepts are admitted. Those that it then refuses
 * tell when it can accept more. A request counts when its outcome is known, so that a service which takes long to accept
 * a request does not appear to refuse it.
 *
 * <p>
 * While no other request is in flight, a request is always admitted: nothing can be too much then, and somebody has to
 * find out that the overload is over. Thread-safe.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Site Reliability Engineering, Handling Overload:
 *      Client-Side Throttling</a>
 */
final class AdaptiveThrottle {
    private final Metrics window;
    private final double ratio;
    private final DoubleSupplier random;
    private final AtomicInteger inFlight = new AtomicInteger();

    /**
     * @param window empty
     * @param ratio at least 1; the higher, the more of the refusals are left to the service
     * @param random uniform, from 0 inclusive to 1 exclusive
     */
    AdaptiveThrottle(Metrics window, double ratio, DoubleSupplier random) {
        this.window = window;
        this.ratio = ratio;
        this.random = random;
    }

    /** Returns whether the request is admitted; if so, {@link #complete} must follow. */
    boolean tryAdmit() {
        if (inFlight.get() > 0 && random.getAsDouble() < refusedShare()) {
            record(Outcome.ERROR);
            return false;
        }
        inFlight.incrementAndGet();
        return true;
    }

    /** @param accepted false if the service refused the request because it was too much */
    void complete(boolean accepted) {
        inFlight.decrementAndGet();
        record(accepted ? Outcome.SUCCESS : Outcome.ERROR);
    }

    private void record(Outcome outcome) {
        window.record(0, TimeUnit.NANOSECONDS, outcome);
    }

    private double refusedShare() {
        Snapshot counts = window.getSnapshot();
        double requests = counts.getTotalNumberOfCalls();
        return (requests - ratio * counts.getNumberOfSuccessfulCalls()) / (requests + 1);
    }
}
