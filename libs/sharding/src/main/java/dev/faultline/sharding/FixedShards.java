package dev.faultline.sharding;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * The shards of a program without Consul: the map is the initial one and never changes. Transactions, fences, two-phase
 * commit and recovery are those of a service. Thread-safe.
 */
public final class FixedShards implements AutoCloseable {
    /** How often an instance of a service looks for transactions in doubt. */
    public static final Duration RECOVERY_INTERVAL = InDoubtTransactions.INTERVAL;
    /** The age at which an instance of a service takes the coordinator of a prepared transaction for dead. */
    public static final Duration COORDINATOR_TIMEOUT = InDoubtTransactions.COORDINATOR_TIMEOUT;

    private final ShardPools pools;
    private final PooledShards shards;
    private final InDoubtTransactions inDoubt;

    private FixedShards(String name, ShardDatabases databases, int poolSize, Runnable betweenThePhases) {
        pools = ShardPools.open(databases, poolSize, null);
        shards = new PooledShards(pools.byShard(), new FixedMap(mapOf(databases)), new TwoPhaseCommit(name, point -> {
            if (point == TwoPhaseCommit.CrashPoint.ALL_PREPARED) {
                betweenThePhases.run();
            }
        }));
        inDoubt = new InDoubtTransactions(name, pools.byShard());
    }

    /** Migrates the databases with what {@code db/migration} on the class path has, and gives each its buckets. Idempotent. */
    public static void create(ShardDatabases databases) {
        databases.all().parallelStream().forEach(database -> {
            ShardSchema.migrate(database);
            ShardSchema.claim(database, mapOf(databases));
        });
    }

    /**
     * Connects to databases that {@link #create} has migrated.
     *
     * @param name     of the database, which is part of the names of prepared transactions
     * @param poolSize the maximum number of connections to each shard
     */
    public static FixedShards open(String name, ShardDatabases databases, int poolSize) {
        return open(name, databases, poolSize, () -> {});
    }

    /**
     * As {@link #open(String, ShardDatabases, int)}.
     *
     * @param betweenThePhases runs in each distributed transaction when all shards but the coordinating one have prepared,
     *        before anything is decided: where a coordinator that dies does most harm
     */
    public static FixedShards open(String name, ShardDatabases databases, int poolSize, Runnable betweenThePhases) {
        return new FixedShards(name, databases, poolSize, betweenThePhases);
    }

    private static ShardMap mapOf(ShardDatabases databases) {
        return ShardMap.initial(databases.all().stream().map(ShardDatabase::shard).toList());
    }

    public Shards shards() {
        return shards;
    }

    /**
     * Resolves transactions in doubt periodically, until this is closed, as every instance of a service does.
     *
     * @param coordinatorTimeout how long ago they must have been prepared
     */
    public void recoverEvery(Duration interval, Duration coordinatorTimeout) {
        inDoubt.start(interval, coordinatorTimeout);
    }

    /** Resolves transactions in doubt once, those of living coordinators too: these fail then. */
    public void recover() {
        inDoubt.resolve(Duration.ZERO);
    }

    @Override
    public void close() {
        inDoubt.close();
        pools.close();
    }

    private record FixedMap(ShardMap current) implements ShardMaps {

        @Override
        public ShardMap awaitNewerThan(long epoch, Duration wait) {
            return current;
        }

        @Override
        public ShardMap publish(Supplier<Ownership> ownership) {
            return current;
        }
    }
}
