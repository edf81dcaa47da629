package dev.faultline.experiments.overload;

/**
 * Permits so many retries for each request that was sent, as the gateway's budget does.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Site Reliability Engineering, Handling Overload</a>
 */
final class RetryBudget {
    private static final int REQUESTS_A_RETRY = 10;

    private final int cap;
    private int balance;

    /** @param reserve retries that may be saved up, and that are there at first */
    RetryBudget(int reserve) {
        this.cap = reserve * REQUESTS_A_RETRY;
        this.balance = cap;
    }

    synchronized void deposit() {
        balance = Math.min(balance + 1, cap);
    }

    /** @return whether there was a retry left, which is used up then */
    synchronized boolean withdraw() {
        if (balance < REQUESTS_A_RETRY) {
            return false;
        }
        balance -= REQUESTS_A_RETRY;
        return true;
    }
}
