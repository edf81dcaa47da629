package dev.faultline.messaging;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Makes batches grow under load: as long as items are few, each batch may go at once, beyond that one per interval. Those
 * that have to wait do so until the same moments, the multiples of the interval, so that a consumer finds what several
 * relays have sent in one batch. Not thread-safe.
 *
 * @see <a href="https://www.itu.int/rec/T-REC-I.371">ITU-T I.371, the generic cell rate algorithm</a>
 */
public final class BatchPacing {
    /** More than the messages of two orders at once: orders on an idle platform are not delayed. */
    private static final int BURST = 8;
    /** How long after a load batches still wait, at most, unless a burst counts for more than half of it. */
    private static final long MEMORY = TimeUnit.SECONDS.toNanos(1);

    private final long interval;
    private final long emission;
    private long arrival;

    /** @param least items an interval, above which batches wait: fewer are not worth it */
    public BatchPacing(Duration interval, int least) {
        this.interval = interval.toNanos();
        this.emission = this.interval / least;
    }

    /** How long the next batch has to wait from now on. */
    public Duration delay() {
        return delay(now());
    }

    /** Counts items that are sent now. */
    public void add(int items) {
        add(items, now());
    }

    /** @param now in nanoseconds, by a clock that the relays share; an inexact one makes batches smaller */
    Duration delay(long now) {
        return arrival - now < BURST * emission ? Duration.ZERO : Duration.ofNanos(interval - now % interval);
    }

    void add(int items, long now) {
        arrival = Math.min(Math.max(arrival, now) + items * emission, now + Math.max(MEMORY, 2 * BURST * emission));
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }
}
