package dev.faultline.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits retries to a tenth of the requests plus a reserve, so that they cannot multiply the load of a failing service.
 * Thread-safe.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Site Reliability Engineering, Handling Overload</a>
 */
final class RetryBudget {
    /** What one retry costs; a request earns 1. */
    private static final int PRICE = 10;

    private final int cap;
    private final AtomicInteger earned;

    /** @param reserve how many retries can be accumulated; available from the start */
    RetryBudget(int reserve) {
        this.cap = Math.multiplyExact(reserve, PRICE);
        this.earned = new AtomicInteger(cap);
    }

    /** Records a request that may be retried. */
    void earn() {
        earned.updateAndGet(before -> Math.min(before + 1, cap));
    }

    /** Takes one retry from the budget; returns whether there was one. */
    boolean spend() {
        return earned.getAndUpdate(before -> before >= PRICE ? before - PRICE : before) >= PRICE;
    }
}
