package dev.faultline.sharding;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A service's shards. Data is distributed over them by bucket. Thread-safe; calls block, and throw {@link
 * org.springframework.dao.DataAccessException} if a shard fails.
 */
public interface Shards {

    /** All shards, in name order. */
    SortedSet<ShardName> names();

    /** The bucket's shard according to this instance's map, which may be stale. Does not block. */
    ShardName shardOf(Bucket bucket);

    /**
     * Runs the work in one transaction, which is committed when the work returns and rolled back when it throws. The
     * commit is local if the buckets are on one shard, and two-phase if they are on several. The buckets cannot move
     * during the transaction. If this instance's map is stale, the transaction is rolled back and the work is retried,
     * so it must have no side effects outside the transaction.
     *
     * <p>
     * Isolation is read committed. Lock waits time out after five seconds, statements after fifteen.
     *
     * @throws BucketMovedException if the map is still stale after several retries
     */
    <T> T transact(Collection<Bucket> buckets, Function<ShardTransaction, T> work);

    /** As {@link #transact(Collection, Function)}, for one bucket. */
    default <T> T transact(Bucket bucket, Function<ShardSession, T> work) {
        return transact(Set.of(bucket), transaction -> work.apply(transaction.on(bucket)));
    }

    /**
     * Executes the statement for these items, in one transaction and one round trip per shard: fence, statement and
     * commit travel together. Atomic on each shard, not across them: when it throws, some shards may have committed.
     * When this instance's map turns out to be stale, the items of that shard are repeated on the buckets' new shard.
     *
     * @return the rows that the statement returned, shard by shard
     * @throws BucketMovedException if the buckets keep moving
     */
    <I, R> List<R> write(Collection<I> items, Function<I, Bucket> bucketOf, BatchStatement<I, R> statement);

    /**
     * As {@link #write}, for a query. A shard that does not own a bucket is not believed, since it may hold rows that have
     * moved away or are only arriving; and what a decision is based on must not be missing because it has moved. For a
     * caller that has a {@link Deadline}, it fails then, or after two seconds, if a shard does not answer.
     */
    <I, R> List<R> read(Collection<I> items, Function<I, Bucket> bucketOf, BatchStatement<I, R> query);

    /**
     * As {@link #transact(Bucket, Function)}, for a query. If the shard does not answer, it fails after two seconds, or at
     * the caller's {@link Deadline}.
     */
    <T> T read(Bucket bucket, Function<JdbcClient, T> query);

    /**
     * Runs statements on one shard, each in a transaction of its own. They meet the rows of all its buckets, also of those that
     * are moving to it or away.
     */
    <T> T read(ShardName shard, Function<JdbcClient, T> query);

    /**
     * Queries all shards sequentially, in name order; the results are in the same order. They may include rows of buckets
     * that are moving: {@code where bucket in (select bucket from bucket_ownership)} leaves those to their owner.
     * If a shard does not answer, it fails after two seconds, or at the caller's {@link Deadline}.
     */
    <T> List<T> readAll(Function<JdbcClient, T> query);
}
