package dev.faultline.sharding;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Deletes the rows of a table that are older than their retention, on every shard, in short transactions. To be run from
 * time to time, by every instance: rows that another one is deleting are skipped.
 */
public final class ExpiredRows {
    private static final Logger log = LoggerFactory.getLogger(ExpiredRows.class);
    private static final int PER_STEP = 5_000;
    private static final int STEPS = 100;

    private final Shards shards;
    private final String sql;
    private final Duration retention;

    /**
     * @param sql deletes some rows, {@code for update skip locked}; its first parameter is the retention in seconds, the
     *        second the greatest number of rows
     */
    public ExpiredRows(Shards shards, String sql, Duration retention) {
        this.shards = shards;
        this.sql = sql;
        this.retention = retention;
    }

    /** Deletes up to half a million rows on each shard. What is left, or on a shard that fails, is left for the next time. */
    public void delete() {
        for (ShardName shard : shards.names()) {
            try {
                int steps = 0;
                while (deleteSome(shard) == PER_STEP && ++steps < STEPS) {
                    // more have expired
                }
            } catch (DataAccessException e) {
                log.warn("Postponed deleting what has expired on {}: {}", shard, e.getMessage());
            }
        }
    }

    private int deleteSome(ShardName shard) {
        return shards.read(shard, jdbc -> jdbc.sql(sql).params((double) retention.toSeconds(), PER_STEP).update());
    }
}
