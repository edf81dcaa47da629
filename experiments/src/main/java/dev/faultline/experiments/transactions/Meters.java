package dev.faultline.experiments.transactions;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.HdrHistogram.ConcurrentHistogram;

/** What the protocols report of their transactions. Thread-safe. */
final class Meters {
    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(2);

    final ConcurrentHistogram lockedMicros = new ConcurrentHistogram(LONGEST_US, 3);
    final ConcurrentHistogram openMicros = new ConcurrentHistogram(LONGEST_US, 3);
    final AtomicLong compensations = new AtomicLong();

    /** @param since when the server locked the row of the first product, by the clock that this machine has too */
    void lockedUntilNow(Instant since) {
        lockedMicros.recordValue(micros(since));
    }

    /** @param since when the first step had committed */
    void openUntilNow(Instant since) {
        openMicros.recordValue(micros(since));
    }

    static long micros(Instant since) {
        return Math.clamp(Duration.between(since, Instant.now()).toNanos() / 1_000, 0, LONGEST_US);
    }
}
