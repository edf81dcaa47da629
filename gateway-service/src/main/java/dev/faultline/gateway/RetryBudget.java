package dev.faultline.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits retries to a tenth of the requests plus a reserve, so that they cannot multiply the load of a failing service.
 * Thread-safe.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Site Reliability Engineering, Handling Overload</a>
 */
final class RetryBudget {
    /** A retry costs this many tokens; each request deposits one. */
    private static final int RETRY_COST = 10;

    private final int cap;
    private final AtomicInteger balance;

    /** @param reserve the maximum number of accumulated retries, which is also the initial number */
    RetryBudget(int reserve) {
        this.cap = Math.multiplyExact(reserve, RETRY_COST);
        this.balance = new AtomicInteger(cap);
    }

    /** Records a request that may be retried. */
    void deposit() {
        balance.updateAndGet(before -> Math.min(before + 1, cap));
    }

    /** Takes one retry from the budget; returns whether there was one. */
    boolean withdraw() {
        return balance.getAndUpdate(before -> before >= RETRY_COST ? before - RETRY_COST : before) >= RETRY_COST;
    }
}
