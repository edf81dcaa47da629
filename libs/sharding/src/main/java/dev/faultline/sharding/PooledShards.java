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
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

import com.zaxxer.hikari.HikariDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** {@link Shards} with one bounded connection pool per shard. */
final class PooledShards implements Shards {
    private static final Logger log = LoggerFactory.getLogger(PooledShards.class);
    private static final int ATTEMPTS = 5;
    private static final Duration MAP_TIMEOUT = Duration.ofSeconds(1);

    private final NavigableMap<ShardName, HikariDataSource> pools;
    private final NavigableMap<ShardName, JdbcClient> clients = new TreeMap<>();
    private final ShardMaps maps;
    private final TwoPhaseCommit twoPhaseCommit;
    private final Routing routing;

    PooledShards(NavigableMap<ShardName, HikariDataSource> pools, ShardMaps maps, TwoPhaseCommit twoPhaseCommit) {
        this.pools = pools;
        this.maps = maps;
        this.twoPhaseCommit = twoPhaseCommit;
        this.routing = new Routing(maps);
        pools.forEach((shard, pool) -> clients.put(shard, JdbcClient.create(pool)));
    }

    @Override
    public SortedSet<ShardName> names() {
        return Collections.unmodifiableSortedSet(pools.navigableKeySet());
    }

    @Override
    public ShardName shardOf(Bucket bucket) {
        return routing.current().shardOf(bucket);
    }

    @Override
    public <T> T transact(Collection<Bucket> buckets, Function<ShardTransaction, T> work) {
        return transact(buckets, work, this::connect);
    }

    private <T> T transact(Collection<Bucket> buckets, Function<ShardTransaction, T> work,
            OpenTransaction.Connections connections) {
        for (int attempt = 1;; attempt++) {
            long epoch = maps.current().epoch();
            try {
                return attempt(buckets, work, connections);
            } catch (BucketMovedException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                awaitNewMap(epoch);
            }
        }
    }

    /** A mover publishes the new map at once. If it was killed before it could, the first that is rejected does so. */
    private void awaitNewMap(long epoch) {
        if (maps.awaitNewerThan(epoch, MAP_TIMEOUT).epoch() > epoch) {
            return;
        }
        try {
            maps.publish(() -> Ownership.read(pools));
        } catch (RuntimeException e) { // a shard or Consul is unavailable, or the move is in doubt
            log.debug("Cannot publish what the shards own", e);
        }
    }

    private <T> T attempt(Collection<Bucket> buckets, Function<ShardTransaction, T> work,
            OpenTransaction.Connections connections) {
        var byShard = new TreeMap<ShardName, SortedSet<Bucket>>();
        for (Bucket bucket : buckets) {
            byShard.computeIfAbsent(shardOf(bucket), _ -> new TreeSet<>()).add(bucket);
        }
        try (var transaction = new OpenTransaction(byShard, connections)) {
            T result = work.apply(transaction);
            twoPhaseCommit.commit(transaction);
            return result;
        }
    }

    /** Repeats only the groups whose shard has rejected them. */
    @Override
    public <I, R> List<R> write(Collection<I> items, Function<I, Bucket> bucketOf, BatchStatement<I, R> statement) {
        return execute(items, bucketOf, statement, this::connect);
    }

    @Override
    public <I, R> List<R> read(Collection<I> items, Function<I, Bucket> bucketOf, BatchStatement<I, R> query) {
        return execute(items, bucketOf, query, Deadline.current().exists() ? limited() : this::connect);
    }

    private <I, R> List<R> execute(Collection<I> items, Function<I, Bucket> bucketOf, BatchStatement<I, R> statement,
            OpenTransaction.Connections connections) {
        var results = new ArrayList<R>();
        Collection<I> left = items;
        for (int attempt = 1; !left.isEmpty(); attempt++) {
            long epoch = maps.current().epoch();
            var moved = new ArrayList<I>();
            for (var group : groupByShard(left, bucketOf).entrySet()) {
                try {
                    results.addAll(execute(group.getKey(), group.getValue(), bucketOf, statement, connections));
                } catch (BucketMovedException e) {
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                    moved.addAll(group.getValue());
                }
            }
            if (!moved.isEmpty()) {
                awaitNewMap(epoch);
            }
            left = moved;
        }
        return results;
    }

    private <I> Map<ShardName, List<I>> groupByShard(Collection<I> items, Function<I, Bucket> bucketOf) {
        var byShard = new LinkedHashMap<ShardName, List<I>>();
        for (I item : items) {
            byShard.computeIfAbsent(shardOf(bucketOf.apply(item)), _ -> new ArrayList<>()).add(item);
        }
        return byShard;
    }

    /**
     * Without a transaction of JDBC's own: what the driver sends in one message, the server executes as one transaction.
     *
     * @see <a href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-PIPELINING">Pipelining</a>
     */
    private <I, R> List<R> execute(ShardName shard, List<I> items, Function<I, Bucket> bucketOf,
            BatchStatement<I, R> statement, OpenTransaction.Connections connections) {
        try (Connection connection = connections.to(shard);
                var fenced = connection.prepareStatement(OpenTransaction.FENCE + ";" + statement.sql())) {
            fenced.setObject(1, items.stream().map(bucketOf).mapToInt(Bucket::number).distinct().sorted().toArray());
            statement.bind(fenced, 2, items);
            fenced.execute();
            fenced.getMoreResults();
            try (var rows = fenced.getResultSet()) {
                return statement.read(rows);
            }
        } catch (SQLException e) {
            throw OpenTransaction.translateFenced(shard, "a batch on " + shard, e);
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
        return transact(Set.of(bucket), transaction -> query.apply(transaction.on(bucket).jdbc()), limited());
    }

    /** Connections for a read that begins now. */
    private OpenTransaction.Connections limited() {
        var deadline = new ReadDeadline();
        return shard -> deadline.limit(connect(shard));
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
        var deadline = new ReadDeadline();
        return pools.values().stream().map(pool -> query.apply(JdbcClient.create(deadline.limit(pool)))).toList();
    }

    @Override
    public String toString() {
        return Arrays.toString(pools.keySet().toArray());
    }
}
