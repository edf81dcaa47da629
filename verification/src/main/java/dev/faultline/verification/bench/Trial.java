package dev.faultline.verification.bench;

import dev.faultline.verification.load.LoadGenerator;

/**
 * What orders at one rate came to.
 *
 * @param rate   orders a second
 * @param orders sent
 * @param p50Ms  from due to completed, as are the others
 */
public record Trial(int rate, long orders, long confirmed, double p50Ms, double p90Ms, double p99Ms, double maxMs) {
    static final double MOST_P99_MS = 1_000;

    static Trial of(int rate, LoadGenerator.Result result) {
        return new Trial(rate, result.sent(), result.statuses().getOrDefault("CONFIRMED", 0L), result.milliseconds(50),
                result.milliseconds(90), result.milliseconds(99), result.milliseconds(100));
    }

    /** Whether every order was confirmed. */
    public boolean allConfirmed() {
        return confirmed == orders;
    }

    /** Whether every order was confirmed, and 99 % of them within a second. */
    public boolean sustained() {
        return allConfirmed() && p99Ms < MOST_P99_MS;
    }

    @Override
    public String toString() {
        return "%d of %d confirmed, p50 %.0f ms, p99 %.0f ms".formatted(confirmed, orders, p50Ms, p99Ms);
    }
}
