package dev.faultline.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * RequestLimits retries to a tenth of the requests, beyond a reserve: so that retries cannot multiply the load of a service
 * that is in trouble. Thread-safe.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Site Reliability Engineering, Handling Overload</a>
 */
final class RetryBudget {
    /** What one retry costs; a request earns 1. */
    private static final int PRICE = 10;

    private final int cap;
    private final AtomicInteger earned;

    /** @param reserve how many retries can be saved up, and are there from the start */
    RetryBudget(int reserve) {
        this.cap = Math.multiplyExact(reserve, PRICE);
        this.earned = new AtomicInteger(cap);
    }

    /** Tells of a request that could be retried. */
    void earn() {
        earned.updateAndGet(before -> Math.min(before + 1, cap));
    }

    /** Whether one retry may be made, which then counts. */
    boolean spend() {
        return earned.getAndUpdate(before -> before >= PRICE ? before - PRICE : before) >= PRICE;
    }
}
