package dev.faultline.sharding;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Ends prepared transactions whose coordinator died between the phases. Every instance does this, every few seconds;
 * they do not get in each other's way.
 *
 * <p>
 * What the coordinating shard says is done. If it says nothing, recovery writes there that the transaction is aborted;
 * should the coordinator be alive after all, its own commit then fails on the same key. A shard that cannot be reached
 * keeps its transactions in doubt, and their rows locked: that is the price of two-phase commit.
 */
final class InDoubtTransactions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InDoubtTransactions.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    /** A living coordinator needs milliseconds from the first phase to the second. */
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(5);
    private static final Duration KEEP_DECISIONS = Duration.ofMinutes(10);

    private final String database;
    private final NavigableMap<ShardName, HikariDataSource> pools;
    private final ScheduledExecutorService scheduler = Executors
            .newSingleThreadScheduledExecutor(Thread.ofVirtual().name("in-doubt-transactions").factory());

    InDoubtTransactions(String database, NavigableMap<ShardName, HikariDataSource> pools) {
        this.database = database;
        this.pools = pools;
    }

    void start() {
        var _ = scheduler.scheduleWithFixedDelay(() -> resolve(GIVE_UP_AFTER), 0, INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Ends what was prepared longer than {@code age} ago, and forgets decisions that nobody can ask for any more. */
    void resolve(Duration age) {
        try {
            var inDoubt = new ArrayList<String>();
            for (ShardName shard : pools.keySet()) {
                List<String> prepared = prepared(shard, age);
                prepared.forEach(gid -> resolve(shard, gid));
                inDoubt.addAll(prepared);
            }
            if (inDoubt.isEmpty()) {
                pools.keySet().forEach(this::forgetOldDecisions);
            }
        } catch (RuntimeException e) { // whatever it is, it must not end the schedule
            log.debug("Not every shard can be asked for transactions in doubt; again soon", e);
        }
    }

    private List<String> prepared(ShardName shard, Duration age) {
        return sql(shard).sql("""
                select gid from pg_prepared_xacts
                where database = current_database() and gid like :prefix
                  and prepared < now() - :age * interval '1 millisecond'
                order by gid limit 1000""").param("prefix", TwoPhaseCommit.gidPrefix(database) + "%")
                .param("age", age.toMillis()).query(String.class).list();
    }

    private void resolve(ShardName shard, String gid) {
        try {
            boolean committed = outcome(TwoPhaseCommit.coordinatorOf(gid), gid);
            sql(shard).sql((committed ? "commit" : "rollback") + " prepared '" + gid + "'").update();
            log.info("{} was in doubt on {}: {}", gid, shard, committed ? "committed" : "rolled back");
        } catch (DataAccessException e) {
            log.debug("{} stays in doubt on {}, or another instance was faster", gid, shard, e);
        }
    }

    private boolean outcome(ShardName coordinator, String gid) {
        sql(coordinator).sql("insert into two_phase_commit (gid, committed) values (?, false) on conflict do nothing")
                .param(gid).update();
        return sql(coordinator).sql("select committed from two_phase_commit where gid = ?").param(gid)
                .query(Boolean.class).single();
    }

    private void forgetOldDecisions(ShardName shard) {
        sql(shard).sql("""
                delete from two_phase_commit where gid in (
                    select gid from two_phase_commit
                    where decided_at < now() - :age * interval '1 millisecond' limit 1000)""")
                .param("age", KEEP_DECISIONS.toMillis()).update();
    }

    private JdbcClient sql(ShardName shard) {
        HikariDataSource pool = pools.get(shard);
        if (pool == null) {
            throw new org.springframework.dao.DataAccessResourceFailureException("no shard " + shard + " is known");
        }
        return JdbcClient.create(pool);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
