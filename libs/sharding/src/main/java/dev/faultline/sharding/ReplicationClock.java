package dev.faultline.sharding;

import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Tells how long ago a shard's log ended at a position, by noting regularly where it ends. All times are of this instance's
 * own clock. While the primary does not answer, what it answered last becomes older. Thread-safe.
 */
final class ReplicationClock implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReplicationClock.class);
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration INTERVAL_UNUSED = Duration.ofSeconds(1);
    private static final Duration USED_FOR = Duration.ofSeconds(10);
    /** More than a minute and a half of a log that always grows; of one that does not, a single note. */
    private static final int MOST_NOTES = 1_000;

    private final Supplier<LogPosition> primary;
    /** When the log had not yet grown beyond a position, by {@link System#nanoTime()}. */
    private final TreeMap<Long, Long> notes = new TreeMap<>();
    private int timeline;
    private volatile long usedAt = System.nanoTime() - USED_FOR.toNanos();
    private @Nullable Thread thread;

    ReplicationClock(Supplier<LogPosition> primary) {
        this.primary = primary;
    }

    void start(ShardName shard) {
        thread = Thread.ofVirtual().name("replication-clock-" + shard).start(this::run);
    }

    private void run() {
        try {
            while (true) {
                try {
                    note();
                } catch (DataAccessException e) {
                    log.debug("The primary does not say where its log ends", e);
                }
                boolean used = System.nanoTime() - usedAt < USED_FOR.toNanos();
                Thread.sleep(used ? INTERVAL : INTERVAL_UNUSED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** The time is that before the question: a replica that has reached the answer lacks nothing of before. */
    void note() {
        long before = System.nanoTime();
        LogPosition end = primary.get();
        synchronized (this) {
            if (end.timeline() != timeline) {
                notes.clear(); // another history
                timeline = end.timeline();
            }
            notes.put(end.lsn(), before);
            if (notes.size() > MOST_NOTES) {
                notes.pollFirstEntry();
            }
        }
    }

    /**
     * How much older than the primary a replica is at most that has replayed this; empty if that is longer than this
     * instance remembers, or another timeline.
     */
    synchronized Optional<Duration> age(LogPosition replayed) {
        usedAt = System.nanoTime();
        var newest = replayed.timeline() == timeline ? notes.floorEntry(replayed.lsn()) : null;
        return newest == null ? Optional.empty() : Optional.of(Duration.ofNanos(usedAt - newest.getValue()));
    }

    /** Whether this is the timeline that the primary was on last. */
    synchronized boolean isOnCurrentTimeline(LogPosition position) {
        return position.timeline() == timeline;
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
