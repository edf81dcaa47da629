package dev.faultline.sharding;

import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;

import com.zaxxer.hikari.HikariDataSource;
import dev.faultline.discovery.FencingToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Moves one bucket at a time while it is in use. Every step can be repeated after a crash, by another instance too: a copy is
 * continued by what is different, not by what was done.
 *
 * <p>
 * The bulk is copied while writes go on, in rounds that each transfer what has changed since the one before. The last round
 * runs under the bucket's exclusive lock, in the transaction that switches the owner on both shards. The source holds the
 * lock until its part is committed, a prepared one too, so no client ever finds two owners.
 */
final class BucketMover {
    private static final Logger log = LoggerFactory.getLogger(BucketMover.class);
    static final String ROLE = "bucket-mover";
    /** A difference that is small enough to be copied under the lock. */
    private static final int FEW = 50;
    private static final int ROUNDS = 10;
    /**
     * Others wait behind the request for the exclusive lock, so it waits no longer than this for those before it, and a
     * mover that hangs loses the lock.
     */
    private static final List<String> PATIENCE = List.of("set local lock_timeout = '200ms'",
            "set local statement_timeout = '5s'", "set local idle_in_transaction_session_timeout = '5s'");

    /** The points at which tests crash a mover. */
    enum Step {
        ENTERED, PARTLY_COPIED, COPIED, LOCKED, READY_TO_COMMIT, SWITCHED, PARTLY_DROPPED, DROPPED
    }

    interface Observer {
        void reached(Step step);
    }

    private final FencedTransactions transactions;
    private final BucketTables tables;
    private final int rowsPerSecond;
    private final Observer observer;

    /** @param rowsPerSecond the pace of copying and dropping, except under the lock */
    BucketMover(NavigableMap<ShardName, HikariDataSource> pools, BucketTables tables, TwoPhaseCommit twoPhaseCommit,
            int rowsPerSecond, Observer observer) {
        this.transactions = new FencedTransactions(pools, ROLE, twoPhaseCommit);
        this.tables = tables;
        this.rowsPerSecond = rowsPerSecond;
        this.observer = observer;
    }

    /**
     * Makes the target the owner of a bucket with all its rows. Leaves the rows at the source, entered in
     * {@code bucket_copy}: {@link #drop} deletes them, once the new map is known.
     *
     * @param epoch of the map that will name the target
     * @throws StaleLeaderException if a shard has seen a newer leader
     * @throws IllegalStateException if the owner has changed since the map was read
     * @throws org.springframework.dao.DataAccessException if a shard fails, or the bucket was not free within 200 ms. The
     *         owner is unchanged unless the commit has begun; to be tried again
     */
    void move(BucketMove move, long epoch, FencingToken token) {
        transactions.run(move.to(), token, target -> {
            requireNotOwned(target, move.bucket());
            return target.sql("insert into bucket_copy (bucket) values (?) on conflict do nothing")
                    .param(move.bucket().number()).update();
        });
        observer.reached(Step.ENTERED);
        var copy = new BucketCopy(tables, move.bucket(), this::pace);
        long copied = 0;
        int rounds = 0;
        for (long few = FEW + 1; few > FEW && rounds < ROUNDS; rounds++) {
            few = copy.run(transactions.reading(move.from()), transactions.reading(move.to()), ifNotOwned(move.to(),
                    move.bucket(), token));
            copied += few;
        }
        observer.reached(Step.COPIED);
        long begin = System.nanoTime();
        long copiedLocked = switchOwner(move, epoch, token);
        Duration pause = Duration.ofNanos(System.nanoTime() - begin);
        observer.reached(Step.SWITCHED);
        log.info("Bucket {} has moved from {} to {}: {} rows in {} rounds, and {} in {} ms during which it was locked",
                move.bucket().number(), move.from(), move.to(), copied, rounds, copiedLocked, pause.toMillis());
        long all = copied + copiedLocked;
        transactions.run(move.to(), token, target -> target.sql("""
                insert into bucket_move (epoch, bucket, source, rows_copied, rows_copied_locked, pause_ms)
                values (?, ?, ?, ?, ?, ?)""").params(epoch, move.bucket().number(), move.from().value(), all,
                copiedLocked, pause.toNanos() / 1e6).update());
    }

    /** The pause of the bucket: its transactions wait from the request for the lock to the commits. */
    private long switchOwner(BucketMove move, long epoch, FencingToken token) {
        int bucket = move.bucket().number();
        try (var transaction = transactions.open(move.from(), move.to())) {
            ShardSession from = FencedTransactions.on(transaction, move.from());
            ShardSession to = FencedTransactions.on(transaction, move.to());
            for (ShardSession session : transaction.sessions()) {
                PATIENCE.forEach(setting -> session.jdbc().sql(setting).update());
                transactions.check(session, token);
            }
            from.jdbc().sql("select pg_advisory_xact_lock(1024, ?)").param(bucket).query((_, _) -> 0).single();
            observer.reached(Step.LOCKED);
            long copied = new BucketCopy(tables, move.bucket(), (_, _) -> {}).run(from.jdbc(), to.jdbc(),
                    change -> change.applyAsInt(to.jdbc()));
            handOver(from.jdbc(), to.jdbc(), bucket, epoch);
            observer.reached(Step.READY_TO_COMMIT);
            transactions.commit(transaction);
            return copied;
        }
    }

    private static void handOver(JdbcClient from, JdbcClient to, int bucket, long epoch) {
        if (from.sql("delete from bucket_ownership where bucket = ?").param(bucket).update() != 1) {
            throw new IllegalStateException("the source does not own bucket " + bucket);
        }
        from.sql("insert into bucket_copy (bucket) values (?)").param(bucket).update();
        to.sql("insert into bucket_ownership (bucket, epoch) values (?, ?)").params(bucket, epoch).update();
        to.sql("delete from bucket_copy where bucket = ?").param(bucket).update();
    }

    /**
     * Deletes the rows of a bucket from a shard that does not own it, and then its entry in {@code bucket_copy}.
     *
     * @throws IllegalStateException if the shard owns the bucket; nothing was deleted
     */
    void drop(Bucket bucket, ShardName shard, FencingToken token) {
        new BucketCopy(tables, bucket, this::pace).delete(ifNotOwned(shard, bucket, token));
        transactions.run(shard, token, session -> session.sql("delete from bucket_copy where bucket = ?")
                .param(bucket.number()).update());
        observer.reached(Step.DROPPED);
    }

    private BucketCopy.Transaction ifNotOwned(ShardName shard, Bucket bucket, FencingToken token) {
        return change -> transactions.run(shard, token, session -> {
            requireNotOwned(session, bucket);
            return change.applyAsInt(session);
        });
    }

    /** Only movers change the owner, and the token's lock keeps others away from this shard. */
    private static void requireNotOwned(JdbcClient session, Bucket bucket) {
        if (session.sql("select count(*) from bucket_ownership where bucket = ?").param(bucket.number())
                .query(Integer.class).single() > 0) {
            throw new IllegalStateException("the shard owns bucket " + bucket.number());
        }
    }

    private void pace(Step step, int rows) {
        observer.reached(step);
        try {
            Thread.sleep(Duration.ofNanos(1_000_000_000L * rows / rowsPerSecond));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryTimeoutException("interrupted while moving a bucket", e);
        }
    }
}
