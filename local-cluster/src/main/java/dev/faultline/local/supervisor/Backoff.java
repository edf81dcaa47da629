package dev.faultline.local.supervisor;

import java.time.Duration;

/**
 * The delay before a restart: none after the first failure, then half a second, doubled with each failure up to half a
 * minute. It is reset once a node has been up for half a minute.
 */
final class Backoff {
    static final Duration LONGEST = Duration.ofSeconds(30);
    static final Duration STABLE = Duration.ofSeconds(30);
    private static final Duration SHORTEST = Duration.ofMillis(500);

    private int failures;

    /** @param uptime of the process that ended */
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
