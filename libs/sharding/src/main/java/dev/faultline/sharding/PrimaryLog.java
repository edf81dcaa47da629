package dev.faultline.sharding;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

import javax.sql.DataSource;

import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The end of a shard's log, as its primary knows it. Thread-safe; concurrent calls share a query. */
final class PrimaryLog {
    private static final int MOST_WAITING = 1_000;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    /** The file's name begins with the timeline, of which there is no function. */
    private static final String POSITION = """
            select ('x' || left(pg_walfile_name(lsn), 8))::bit(32)::int, (lsn - '0/0')::bigint from %s() as lsn""";
    private static final String INSERTED = POSITION.formatted("pg_current_wal_insert_lsn");
    private static final String FLUSHED = POSITION.formatted("pg_current_wal_flush_lsn");

    private final ShardName shard;
    private final DataSource primary;
    private final Batcher<ShardName, LogPosition> ends;

    PrimaryLog(ShardName shard, DataSource primary) {
        this.shard = shard;
        this.primary = primary;
        this.ends = new Batcher<>(Integer.MAX_VALUE, MOST_WAITING, LONGEST_WAIT, () -> Duration.ZERO, this::end);
    }

    private List<LogPosition> end(List<ShardName> calls) {
        return Collections.nCopies(calls.size(), query(INSERTED));
    }

    /**
     * After the commit record of every transaction that was visible on the primary before this call. The end of what was
     * inserted, because a transaction that does not wait for its flush is visible before that.
     *
     * @throws org.springframework.dao.DataAccessException if the primary does not answer
     */
    LogPosition end() {
        try {
            return ends.call(shard);
        } catch (RejectedExecutionException e) {
            throw new TransientDataAccessResourceException("too many positions are being read", e);
        }
    }

    /** The end of what standbys may have received. */
    LogPosition flushed() {
        return query(FLUSHED);
    }

    /** Queries the primary. If it does not answer, fails as {@link Shards#readAll} does. */
    <T> T read(Function<JdbcClient, T> query) {
        return query.apply(JdbcClient.create(new ReadDeadline().limit(primary)));
    }

    private LogPosition query(String sql) {
        return read(jdbc -> jdbc.sql(sql).query((row, _) -> new LogPosition(row.getInt(1), row.getLong(2))).single());
    }
}
