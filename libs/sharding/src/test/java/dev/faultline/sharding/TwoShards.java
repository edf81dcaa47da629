package dev.faultline.sharding;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import dev.faultline.testing.Postgres;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two real databases that each own about half of the buckets, and a shard map that tests change. */
final class TwoShards implements AutoCloseable {
    static final ShardName ONE = new ShardName("shard-1");
    static final ShardName TWO = new ShardName("shard-2");

    final ShardDatabases databases;
    final ShardPools pools;
    final ManualShardMaps maps = new ManualShardMaps(ShardMap.initial(List.of(ONE, TWO)));
    final Bucket onOne = new Bucket(bucketsOf(ONE).first());
    final Bucket alsoOnOne = new Bucket(bucketsOf(ONE).last());
    final Bucket onTwo = new Bucket(bucketsOf(TWO).first());

    TwoShards() {
        this(new ShardDatabases(Stream.of(ONE, TWO).map(shard -> {
            var database = Postgres.shared().createDatabase();
            return new ShardDatabase(shard, database.jdbcUrl(), database.user(), database.password());
        }).toList()));
    }

    /** @param databases empty ones, of these two shards */
    TwoShards(ShardDatabases databases) {
        this.databases = databases;
        for (ShardDatabase database : databases.all()) {
            ShardSchema.migrate(database);
            ShardSchema.claim(database, maps.current());
        }
        pools = ShardPools.open(databases, 8, null);
        pools.byShard().values().forEach(
                pool -> JdbcClient.create(pool).sql("create table note (text text not null, bucket int)").update());
    }

    PooledShards shards(TwoPhaseCommit.Observer observer) {
        return new PooledShards(pools.byShard(), maps, new TwoPhaseCommit(database(), observer));
    }

    PooledShards shards() {
        return shards(_ -> {});
    }

    InDoubtTransactions inDoubt() {
        return new InDoubtTransactions(database(), pools.byShard());
    }

    /** With a shard that comes before the others. */
    InDoubtTransactions inDoubt(HikariDataSource another) {
        var all = new TreeMap<>(pools.byShard());
        all.put(new ShardName("shard-0"), another);
        return new InDoubtTransactions(database(), all);
    }

    /** A service's database has the same name on every shard. */
    private static String database() {
        return "notes";
    }

    JdbcClient sql(ShardName shard) {
        return JdbcClient.create(Objects.requireNonNull(pools.byShard().get(shard)));
    }

    List<String> notes(ShardName shard) {
        return sql(shard).sql("select text from note order by text").query(String.class).list();
    }

    int inDoubtCount() {
        return databases.all().stream().mapToInt(database -> sql(database.shard())
                .sql("select count(*) from pg_prepared_xacts where database = current_database()").query(Integer.class)
                .single()).sum();
    }

    private SortedSet<Integer> bucketsOf(ShardName shard) {
        return new TreeSet<>(maps.current().owners().get(shard));
    }

    /** Transfers the ownership of a bucket, as the last step of a move does. */
    void move(Bucket bucket, ShardName from, ShardName to) {
        sql(from).sql("delete from bucket_ownership where bucket = ?").param(bucket.number()).update();
        sql(to).sql("insert into bucket_ownership (bucket, epoch) values (?, 2)").param(bucket.number()).update();
    }

    void publishMove(Bucket bucket, ShardName to) {
        var owners = new TreeMap<ShardName, SortedSet<Integer>>();
        maps.current().owners().forEach((shard, buckets) -> {
            var copy = new TreeSet<>(buckets);
            copy.remove(bucket.number());
            owners.put(shard, copy);
        });
        Objects.requireNonNull(owners.get(to)).add(bucket.number());
        maps.newest = new ShardMap(maps.newest.epoch() + 1, owners);
    }

    @Override
    public void close() {
        pools.close();
    }

    /** A shard map that changes only when a test changes it. */
    static final class ManualShardMaps implements ShardMaps {
        volatile ShardMap newest;
        volatile Runnable onAwaitNewer = () -> {};

        ManualShardMaps(ShardMap first) {
            newest = first;
        }

        @Override
        public ShardMap current() {
            return newest;
        }

        @Override
        public synchronized ShardMap publish(Supplier<Ownership> ownership) {
            ShardMap next = ownership.get().asMap(newest.epoch() + 1);
            if (!next.byBucket().equals(newest.byBucket())) {
                newest = next;
            }
            return newest;
        }

        @Override
        public ShardMap awaitNewerThan(long epoch, Duration wait) {
            onAwaitNewer.run();
            return newest;
        }
    }
}
