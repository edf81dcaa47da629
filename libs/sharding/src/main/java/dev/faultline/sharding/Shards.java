package dev.faultline.sharding;

import java.util.Collection;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A service's data, spread over its shards by bucket. Thread-safe; calls block. Trouble with a shard is a
 * {@link org.springframework.dao.DataAccessException}.
 */
public interface Shards {

    /** All shards, by name. */
    SortedSet<ShardName> names();

    /** Where the bucket lives, as far as known. */
    ShardName shardOf(Bucket bucket);

    /**
     * Runs the work in one transaction, committed on return and rolled back on any exception: locally if the buckets
     * live on one shard, by two-phase commit if on several. The buckets cannot move meanwhile. When this instance's map
     * turns out to be stale, the work is rolled back and run again, so it must have no effect outside of the
     * transaction.
     *
     * <p>
     * Isolation is read committed. Statements that wait for a lock give up after five seconds.
     *
     * @throws BucketMovedException if the buckets keep moving
     */
    <T> T transact(Collection<Bucket> buckets, Function<ShardTransaction, T> work);

    /** The same for one bucket. */
    default <T> T transact(Bucket bucket, Function<ShardSession, T> work) {
        return transact(Set.of(bucket), transaction -> work.apply(transaction.on(bucket)));
    }

    /** Queries the bucket's shard, outside of a transaction. */
    <T> T read(Bucket bucket, Function<JdbcClient, T> query);

    /** Queries this shard, outside of a transaction: what is there, be it the shard's own or about to leave. */
    <T> T read(ShardName shard, Function<JdbcClient, T> query);

    /** Queries every shard, one after the other, by name. */
    <T> List<T> readAll(Function<JdbcClient, T> query);

    /** The items by the shard of their buckets, in their order: what a batch needs to run one transaction a shard. */
    <I> SequencedMap<ShardName, List<I>> byShard(Collection<I> items, Function<I, Bucket> bucketOf);
}
