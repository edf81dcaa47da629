package dev.faultline.sharding;

import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import com.zaxxer.hikari.HikariDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Resolves prepared transactions whose coordinator crashed between the phases. Every instance runs this periodically;
 * concurrent runs are safe.
 *
 * <p>
 * The coordinating shard's decision is applied. If there is none, recovery records an abort there; if the coordinator
 * is alive after all, its commit then fails on the same primary key. While the coordinating shard is unreachable the
 * transactions stay in doubt and their rows locked: two-phase commit blocks.
 */
final class InDoubtTransactions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InDoubtTransactions.class);
    static final Duration INTERVAL = Duration.ofSeconds(2);
    /** A live coordinator takes milliseconds from the first phase to the second. */
    static final Duration COORDINATOR_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DECISION_RETENTION = Duration.ofMinutes(10);

    private final String database;
    private final NavigableMap<ShardName, HikariDataSource> pools;
    private final ScheduledExecutorService scheduler = Executors
            .newSingleThreadScheduledExecutor(Thread.ofVirtual().name("in-doubt-transactions").factory());

    InDoubtTransactions(String database, NavigableMap<ShardName, HikariDataSource> pools) {
        this.database = database;
        this.pools = pools;
    }

    void start() {
        start(INTERVAL, COORDINATOR_TIMEOUT);
    }

    void start(Duration interval, Duration coordinatorTimeout) {
        var _ = scheduler.scheduleWithFixedDelay(() -> resolve(coordinatorTimeout), 0, interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Resolves transactions that were prepared more than {@code minAge} ago, and deletes old decisions. */
    void resolve(Duration minAge) {
        boolean isNothingInDoubt = onEveryShard(shard -> {
            List<String> prepared = prepared(shard, minAge);
            prepared.forEach(gid -> resolve(shard, gid));
            return prepared.isEmpty();
        });
        if (isNothingInDoubt) {
            var _ = onEveryShard(this::deleteOldDecisions);
        }
    }

    /** @return whether the work succeeded on every shard and returned true; a shard that is away keeps no other waiting */
    private boolean onEveryShard(Predicate<ShardName> work) {
        boolean all = true;
        for (ShardName shard : pools.keySet()) {
            try {
                all &= work.test(shard);
            } catch (RuntimeException e) { // or the scheduler would stop
                all = false;
                log.debug("Cannot recover on {}; retrying", shard, e);
            }
        }
        return all;
    }

    private List<String> prepared(ShardName shard, Duration minAge) {
        return sql(shard).sql("""
                select gid from pg_prepared_xacts
                where database = current_database() and gid like :prefix
                  and prepared < now() - :age * interval '1 millisecond'
                order by gid limit 1000""").param("prefix", TwoPhaseCommit.gidPrefix(database) + "%")
                .param("age", minAge.toMillis()).query(String.class).list();
    }

    private void resolve(ShardName shard, String gid) {
        try {
            boolean committed = outcome(TwoPhaseCommit.coordinatorOf(gid), gid);
            sql(shard).sql((committed ? "commit" : "rollback") + " prepared '" + gid + "'").update();
            log.info("Resolved {}, in doubt on {}: {}", gid, shard, committed ? "committed" : "rolled back");
        } catch (DataAccessException e) {
            log.debug("{} stays in doubt on {}, or another instance has resolved it", gid, shard, e);
        }
    }

    private boolean outcome(ShardName coordinator, String gid) {
        sql(coordinator).sql("insert into two_phase_commit (gid, committed) values (?, false) on conflict do nothing")
                .param(gid).update();
        return sql(coordinator).sql("select committed from two_phase_commit where gid = ?").param(gid)
                .query(Boolean.class).single();
    }

    private boolean deleteOldDecisions(ShardName shard) {
        sql(shard).sql("""
                delete from two_phase_commit where gid in (
                    select gid from two_phase_commit
                    where decided_at < now() - :age * interval '1 millisecond' limit 1000)""")
                .param("age", DECISION_RETENTION.toMillis()).update();
        return true;
    }

    private JdbcClient sql(ShardName shard) {
        HikariDataSource pool = pools.get(shard);
        if (pool == null) {
            throw new org.springframework.dao.DataAccessResourceFailureException("unknown shard " + shard);
        }
        return JdbcClient.create(pool);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
