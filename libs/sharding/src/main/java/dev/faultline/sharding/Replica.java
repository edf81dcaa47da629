package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * A standby of a shard that answers reads. An empty result leaves the answer to the primary: the standby is behind, gone, or
 * promoted, or it does not own the bucket as far as it knows. Thread-safe.
 */
final class Replica implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Replica.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    /** After a failure the primary answers for so long, without a further attempt. */
    private static final Duration RESPITE = Duration.ofSeconds(1);
    private static final int MOST_WAITING = 64;
    /**
     * The timeline is that of what was certainly replayed; it follows a promotion of the primary late, never early.
     *
     * @see <a href="https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-CONTROLDATA">Control data</a>
     */
    private static final String STATE = """
            select pg_is_in_recovery(), greatest(checkpoint.timeline_id, recovery.min_recovery_end_timeline),
                (pg_last_wal_replay_lsn() - '0/0')::bigint,
                (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint
            from pg_control_checkpoint() as checkpoint, pg_control_recovery() as recovery""";
    private static final String REPLAYED = "select (pg_last_wal_replay_lsn() - '0/0')::bigint";

    private final ShardName shard;
    private final HikariDataSource pool;
    private final ReplicationClock clock;
    private final Duration longestWait;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private volatile long avoidedUntil = System.nanoTime();

    /** @param longestWait for a standby that is behind what a client has seen */
    Replica(ShardName shard, HikariDataSource pool, ReplicationClock clock, Duration longestWait) {
        this.shard = shard;
        this.pool = pool;
        this.clock = clock;
        this.longestWait = longestWait;
    }

    /**
     * @param position after everything that the value is made of
     * @param staleness how much older than the primary's data it is at most; null if that is unknown
     */
    record Answer<T>(T value, LogPosition position, @Nullable Duration staleness) {}

    private record State(boolean isStandby, LogPosition replayed, @Nullable Duration staleness) {}

    private enum Verdict {
        READ, WAIT, LEAVE
    }

    /** A state of the past. */
    <T> Optional<Answer<T>> any(Set<Bucket> buckets, Function<ShardSession, T> query) {
        return read(buckets, query, state -> state.staleness != null ? Verdict.READ : Verdict.LEAVE);
    }

    /** A state of this position or later, for which it waits a little. */
    <T> Optional<Answer<T>> after(LogPosition seen, Set<Bucket> buckets, Function<ShardSession, T> query) {
        return read(buckets, query, state -> !seen.isOn(state.replayed) || !isCurrent(state) ? Verdict.LEAVE
                : state.replayed.hasReached(seen) ? Verdict.READ : Verdict.WAIT);
    }

    /** Any state that a session may begin with. */
    <T> Optional<Answer<T>> first(Set<Bucket> buckets, Function<ShardSession, T> query) {
        return read(buckets, query, state -> isCurrent(state) ? Verdict.READ : Verdict.LEAVE);
    }

    /** Otherwise its position could be one that the primary's history does not have. */
    private boolean isCurrent(State state) {
        return clock.isOnCurrentTimeline(state.replayed);
    }

    private <T> Optional<Answer<T>> read(Set<Bucket> buckets, Function<ShardSession, T> query,
            Function<State, Verdict> verdict) {
        if (System.nanoTime() - avoidedUntil < 0) {
            return Optional.empty();
        }
        long deadline = System.nanoTime() + longestWait.toNanos();
        for (Duration pause = FIRST_PAUSE;; pause = pause.multipliedBy(2)) {
            try (Connection connection = pool.getConnection()) {
                State state = state(connection);
                if (!state.isStandby) {
                    pool.evictConnection(connection);
                    return Optional.empty();
                }
                switch (verdict.apply(state)) {
                    case READ -> {
                        return Optional.of(read(connection, state, buckets, query));
                    }
                    case LEAVE -> {
                        return Optional.empty();
                    }
                    case WAIT -> {
                        /* below, without the connection */ }
                }
            } catch (SQLException | DataAccessException e) {
                leaveToThePrimary(e);
                return Optional.empty();
            }
            if (System.nanoTime() + pause.toNanos() > deadline || !await(pause)) {
                return Optional.empty();
            }
        }
    }

    /** A promoted standby has no position of replay. */
    private State state(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(STATE); var row = statement.executeQuery()) {
            row.next();
            var replayed = new LogPosition(row.getInt(2), row.getLong(3));
            return new State(row.getBoolean(1), replayed, staleness(replayed, row.getObject(4, Long.class)));
        }
    }

    /** @param sinceLastCommit in milliseconds, by the clocks of primary and standby; null if none was replayed */
    private @Nullable Duration staleness(LogPosition replayed, @Nullable Long sinceLastCommit) {
        return clock.age(replayed).orElse(sinceLastCommit == null ? null : Duration.ofMillis(Math.max(0,
                sinceLastCommit)));
    }

    /**
     * Ownership and rows are of one snapshot: between two of them, the replica might replay that the bucket has moved
     * away. The fence's locks do nothing here, for no mover takes them. The position is read after the rows.
     */
    private <T> Answer<T> read(Connection connection, State before, Set<Bucket> buckets,
            Function<ShardSession, T> query)
            throws SQLException {
        connection.setAutoCommit(false);
        try (var fence = connection.prepareStatement(OpenTransaction.FENCE)) {
            fence.setObject(1, buckets.stream().mapToInt(Bucket::number).toArray());
            fence.execute();
            T value = query.apply(new ShardSession(shard, connection, JdbcClient.create(new SingleConnectionDataSource(
                    connection, true))));
            try (var position = connection.prepareStatement(REPLAYED); var row = position.executeQuery()) {
                row.next();
                return new Answer<>(value, new LogPosition(before.replayed.timeline(), row.getLong(1)),
                        before.staleness);
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void leaveToThePrimary(Exception e) {
        log.debug("{}'s replica does not answer", shard, e);
        boolean answered = e instanceof SQLException sql && OpenTransaction.isNotOwned(sql);
        if (!answered) {
            avoidedUntil = System.nanoTime() + RESPITE.toNanos();
        }
    }

    private boolean await(Duration pause) {
        if (!waiting.tryAcquire()) {
            return false;
        }
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting.release();
        }
    }

    @Override
    public void close() {
        clock.close();
        pool.close();
    }
}
