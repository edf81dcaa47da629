package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link Shards} with one bounded connection pool per shard. */
final class PooledShards implements Shards {
    private static final int ATTEMPTS = 5;
    private static final Duration MAP_TIMEOUT = Duration.ofSeconds(1);

    private final NavigableMap<ShardName, HikariDataSource> pools;
    private final NavigableMap<ShardName, JdbcClient> clients = new TreeMap<>();
    private final ShardMaps maps;
    private final TwoPhaseCommit twoPhaseCommit;
    private volatile Routes routes;

    /** The shard map of an epoch, indexed by bucket. */
    private record Routes(long epoch, List<ShardName> byBucket) {
        Routes(ShardMap map) {
            this(map.epoch(), map.byBucket());
        }
    }

    PooledShards(NavigableMap<ShardName, HikariDataSource> pools, ShardMaps maps, TwoPhaseCommit twoPhaseCommit) {
        this.pools = pools;
        this.maps = maps;
        this.twoPhaseCommit = twoPhaseCommit;
        this.routes = new Routes(maps.current());
        pools.forEach((shard, pool) -> clients.put(shard, JdbcClient.create(pool)));
    }

    @Override
    public SortedSet<ShardName> names() {
        return Collections.unmodifiableSortedSet(pools.navigableKeySet());
    }

    @Override
    public ShardName shardOf(Bucket bucket) {
        ShardMap map = maps.current();
        if (map.epoch() != routes.epoch) {
            routes = new Routes(map);
        }
        return routes.byBucket.get(bucket.number());
    }

    @Override
    public <T> T transact(Collection<Bucket> buckets, Function<ShardTransaction, T> work) {
        for (int attempt = 1;; attempt++) {
            long epoch = maps.current().epoch();
            try {
                return attempt(buckets, work);
            } catch (BucketMovedException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                maps.awaitNewerThan(epoch, MAP_TIMEOUT);
            }
        }
    }

    private <T> T attempt(Collection<Bucket> buckets, Function<ShardTransaction, T> work) {
        var byShard = new TreeMap<ShardName, SortedSet<Bucket>>();
        for (Bucket bucket : buckets) {
            byShard.computeIfAbsent(shardOf(bucket), _ -> new TreeSet<>()).add(bucket);
        }
        try (var transaction = new OpenTransaction(byShard, this::connect)) {
            T result = work.apply(transaction);
            twoPhaseCommit.commit(transaction);
            return result;
        }
    }

    private Connection connect(ShardName shard) throws SQLException {
        HikariDataSource pool = pools.get(shard);
        if (pool == null) {
            throw new SQLException(shard + " is in the shard map but not in faultline.shards");
        }
        return pool.getConnection();
    }

    @Override
    public <T> T read(Bucket bucket, Function<JdbcClient, T> query) {
        return read(shardOf(bucket), query);
    }

    @Override
    public <T> T read(ShardName shard, Function<JdbcClient, T> query) {
        return query.apply(client(shard));
    }

    private JdbcClient client(ShardName shard) {
        JdbcClient client = clients.get(shard);
        if (client == null) {
            throw new IllegalStateException(shard + " is not in faultline.shards");
        }
        return client;
    }

    @Override
    public <T> List<T> readAll(Function<JdbcClient, T> query) {
        return clients.values().stream().map(query).toList();
    }

    @Override
    public <I> SequencedMap<ShardName, List<I>> groupByShard(Collection<I> items, Function<I, Bucket> bucketOf) {
        var byShard = new LinkedHashMap<ShardName, List<I>>();
        for (I item : items) {
            byShard.computeIfAbsent(shardOf(bucketOf.apply(item)), _ -> new ArrayList<>()).add(item);
        }
        return byShard;
    }

    @Override
    public String toString() {
        return Arrays.toString(pools.keySet().toArray());
    }
}
