package dev.faultline.sharding;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link Reads} of a client that has chosen. */
final class RequestReads implements Reads {
    private final ConsistentReads shards;
    private final Consistency consistency;
    private SessionToken seen;
    private boolean fromPrimary;
    private boolean fromReplica;
    private Duration staleness = Duration.ZERO;

    RequestReads(ConsistentReads shards, Consistency consistency, SessionToken seen) {
        this.shards = shards;
        this.consistency = consistency;
        this.seen = seen;
    }

    @Override
    public <T> T of(Bucket bucket, Function<ShardSession, T> onReplica, Supplier<T> onPrimary) {
        Routing.Routes routes = shards.routes();
        ShardName shard = routes.shardOf(bucket);
        Optional<Replica.Answer<T>> answer = shards.replica(shard)
                .flatMap(replica -> ask(replica, shard, routes.epoch(), bucket, onReplica));
        if (answer.isPresent()) {
            accept(answer.get());
            if (consistency == Consistency.SESSION) {
                seen = seen.plus(shard, answer.get().position(), routes.epoch());
            }
            return answer.get().value();
        }
        T value = onPrimary.get();
        seePrimary(bucket);
        return value;
    }

    @Override
    public <T> List<T> ofAll(Function<JdbcClient, T> query, Supplier<List<T>> onPrimaries) {
        if (consistency == Consistency.EVENTUAL) {
            return shards.names().stream().map(shard -> ofAny(shard, query)).toList();
        }
        List<T> values = onPrimaries.get();
        shards.names().forEach(this::seePrimary);
        return values;
    }

    private <T> T ofAny(ShardName shard, Function<JdbcClient, T> query) {
        Optional<Replica.Answer<T>> answer = shards.replica(shard).flatMap(replica -> replica.any(Set.of(),
                session -> query.apply(session.jdbc())));
        answer.ifPresent(this::accept);
        return answer.map(Replica.Answer::value).orElseGet(() -> {
            fromPrimary = true;
            return shards.primary(shard).read(query);
        });
    }

    private <T> Optional<Replica.Answer<T>> ask(Replica replica, ShardName shard, long epoch, Bucket bucket,
            Function<ShardSession, T> query) {
        return switch (consistency) {
            case STRONG -> Optional.empty();
            case EVENTUAL -> replica.any(Set.of(bucket), query);
            case SESSION -> seen.isEmpty() ? replica.first(Set.of(bucket), query)
                    : seen.positionOn(shard, epoch)
                            .flatMap(position -> replica.after(position, Set.of(bucket), query));
        };
    }

    private void accept(Replica.Answer<?> answer) {
        fromReplica = true;
        if (answer.staleness() != null && answer.staleness().compareTo(staleness) > 0) {
            staleness = answer.staleness();
        }
    }

    @Override
    public void wrote(Bucket bucket) {
        seePrimary(bucket);
    }

    /**
     * By the newest map: if the bucket has moved meanwhile, its new shard has received it whole before the map was published.
     */
    private void seePrimary(Bucket bucket) {
        seePrimary(shards.routes().shardOf(bucket));
    }

    /** The map's epoch is read after the data and before the position, so the position includes what that map follows from. */
    private void seePrimary(ShardName shard) {
        fromPrimary = true;
        if (consistency == Consistency.SESSION) {
            long epoch = shards.routes().epoch();
            seen = seen.plus(shard, shards.primary(shard).end(), epoch);
        }
    }

    @Override
    public Optional<Source> source() {
        if (!fromPrimary && !fromReplica) {
            return Optional.empty();
        }
        @Nullable
        Duration age = consistency == Consistency.EVENTUAL ? staleness : null;
        return Optional.of(new Source(fromReplica, age, consistency == Consistency.SESSION ? seen.encode() : null));
    }
}
