package dev.faultline.local.supervisor;

import java.time.Duration;

/**
 * How long to wait before a node is started again: at once the first time, then half a second, doubled with each failure
 * up to half a minute. A node that stayed up for half a minute begins anew.
 */
final class Backoff {
    static final Duration LONGEST = Duration.ofSeconds(30);
    static final Duration STABLE = Duration.ofSeconds(30);
    private static final Duration SHORTEST = Duration.ofMillis(500);

    private int failures;

    /** @param uptime how long the node had run when it ended */
    Duration next(Duration uptime) {
        failures = uptime.compareTo(STABLE) >= 0 ? 1 : failures + 1;
        if (failures == 1) {
            return Duration.ZERO;
        }
        int doublings = Math.min(failures - 2, 10);
        Duration delay = SHORTEST.multipliedBy(1L << doublings);
        return delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    }

    void reset() {
        failures = 0;
    }
}
