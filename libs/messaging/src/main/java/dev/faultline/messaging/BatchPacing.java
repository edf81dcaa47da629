package dev.faultline.messaging;

import java.time.Duration;

/**
 * Makes batches grow under load: a few may go at once, then one per interval. Whoever sends seldom never waits. Those
 * that have to wait do so until the same moments, the multiples of the interval, so that a consumer finds what several
 * relays have sent in one batch. Not thread-safe.
 *
 * @see <a href="https://www.itu.int/rec/T-REC-I.371">ITU-T I.371, the generic cell rate algorithm</a>
 */
final class BatchPacing {
    /** More than the messages of two orders at once: orders on an idle platform are not delayed. */
    private static final int BURST = 8;

    private final long interval;
    private long arrival;

    BatchPacing(Duration interval) {
        this.interval = interval.toNanos();
    }

    /**
     * How long the next batch has to wait.
     *
     * @param now in nanoseconds, by a clock that the relays share; an inexact one makes batches smaller
     */
    Duration delay(long now) {
        arrival = Math.max(arrival, now) + interval;
        return arrival - now <= BURST * interval ? Duration.ZERO : Duration.ofNanos(interval - now % interval);
    }
}
