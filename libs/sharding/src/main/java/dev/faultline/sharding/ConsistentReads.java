package dev.faultline.sharding;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** A service's shards with their standbys, for reads whose clients choose how fresh they are. Thread-safe. */
public final class ConsistentReads implements AutoCloseable {
    private final String service;
    private final Routing routing;
    private final NavigableMap<ShardName, PrimaryLog> primaries;
    private final Map<ShardName, Replica> replicas;

    private ConsistentReads(String service, Routing routing, NavigableMap<ShardName, PrimaryLog> primaries,
            Map<ShardName, Replica> replicas) {
        this.service = service;
        this.routing = routing;
        this.primaries = primaries;
        this.replicas = replicas;
    }

    /**
     * @param service the database's name
     * @param standbys of the shards that have some
     * @param longestWait for a standby that is behind what a client has seen
     */
    static ConsistentReads open(String service, ShardPools pools, ShardDatabases standbys, ShardMaps maps,
            Duration longestWait, @Nullable MeterRegistry metrics) {
        var primaries = new TreeMap<ShardName, PrimaryLog>();
        pools.byShard().forEach((shard, pool) -> primaries.put(shard, new PrimaryLog(shard, pool)));
        var replicas = new HashMap<ShardName, Replica>();
        for (ShardDatabase standby : standbys.all()) {
            ShardName shard = standby.shard();
            var clock = new ReplicationClock(Objects.requireNonNull(primaries.get(shard))::flushed);
            clock.start(shard);
            replicas.put(shard, new Replica(shard, ShardPools.openReplica(standby, metrics), clock, longestWait));
        }
        return new ConsistentReads(service, new Routing(maps), primaries, replicas);
    }

    /**
     * The reads of a request.
     *
     * @param token of the client's last answer; null if it has none. Only {@link Consistency#SESSION} reads it
     * @throws IllegalArgumentException if the token is not one of this service; the message says why
     */
    public Reads begin(Consistency consistency, @Nullable String token) {
        SessionToken seen = consistency != Consistency.SESSION || token == null ? SessionToken.none(service)
                : SessionToken.parse(token, service);
        return new RequestReads(this, consistency, seen);
    }

    Routing.Routes routes() {
        return routing.current();
    }

    SortedSet<ShardName> names() {
        return primaries.navigableKeySet();
    }

    Optional<Replica> replica(ShardName shard) {
        return Optional.ofNullable(replicas.get(shard));
    }

    PrimaryLog primary(ShardName shard) {
        PrimaryLog primary = primaries.get(shard);
        if (primary == null) {
            throw new IllegalStateException(shard + " is not in faultline.shards");
        }
        return primary;
    }

    @Override
    public void close() {
        replicas.values().forEach(Replica::close);
    }
}
