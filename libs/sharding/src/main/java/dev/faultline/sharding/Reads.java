package dev.faultline.sharding;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The reads of one request, as fresh as its client asks, and what the answer has to say about them. Of one thread; calls
 * block.
 */
public interface Reads {

    /** Of a client that asks for nothing: primaries answer, and the answer says nothing about it. */
    Reads BY_DEFAULT = new Reads() {
        @Override
        public <T> T of(Bucket bucket, Function<ShardSession, T> onReplica, Supplier<T> onPrimary) {
            return onPrimary.get();
        }

        @Override
        public <T> List<T> ofAll(Function<JdbcClient, T> query, Supplier<List<T>> onPrimaries) {
            return onPrimaries.get();
        }

        @Override
        public void wrote(Bucket bucket) {}

        @Override
        public Optional<Source> source() {
            return Optional.empty();
        }
    };

    /**
     * Reads a bucket on a replica, if that is fresh enough, or else on the primary. A replica that cannot be reached, or
     * does not own the bucket as far as it knows, leaves the answer to the primary.
     *
     * @param onReplica has no side effects; sees one state of the shard, in a read-only transaction
     * @throws org.springframework.dao.DataAccessException if the primary had to answer and did not
     */
    <T> T of(Bucket bucket, Function<ShardSession, T> onReplica, Supplier<T> onPrimary);

    /**
     * Queries all shards in name order. Replicas answer {@link Consistency#EVENTUAL} only: one may have replayed that a
     * bucket has left, and the other not yet that it has arrived, so that what a client has seen would be missing.
     *
     * @param query as for {@link Shards#readAll}
     * @throws org.springframework.dao.DataAccessException if a primary had to answer and did not
     */
    <T> List<T> ofAll(Function<JdbcClient, T> query, Supplier<List<T>> onPrimaries);

    /**
     * To be called when a write to the bucket is committed, so that the client will see it.
     *
     * @throws org.springframework.dao.DataAccessException if the primary did not say where its log ends; the write stays
     */
    void wrote(Bucket bucket);

    /** Where the answers come from; empty if nothing was read or written. */
    Optional<Source> source();

    /**
     * Where the answers of a request come from.
     *
     * @param fromReplica whether one of them is a replica's
     * @param staleness at most so much older than the primary's data; null unless the client asks for {@link
     *        Consistency#EVENTUAL}
     * @param token to be sent back with the next request; null unless the client asks for {@link Consistency#SESSION}
     */
    record Source(boolean fromReplica, @Nullable Duration staleness, @Nullable String token) {}
}
