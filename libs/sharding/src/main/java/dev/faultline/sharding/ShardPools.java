package dev.faultline.sharding;

import java.util.NavigableMap;
import java.util.TreeMap;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** One bounded connection pool per shard. */
record ShardPools(NavigableMap<ShardName, HikariDataSource> byShard) implements AutoCloseable {
    /** With the next one, less than a gateway allows a read, so that the client learns that there is no connection. */
    private static final int CONNECTION_TIMEOUT_MS = 1_500;
    /**
     * Of the question whether an idle connection is alive, which precedes its use. The pool asks one connection after the
     * other until the connection timeout has passed, and so exceeds it by this at most. The pool permits no less.
     */
    private static final int VALIDATION_TIMEOUT_MS = 250;
    private static final int REPLICA_CONNECTION_TIMEOUT_MS = 250;
    private static final int REPLICA_IDLE_MS = 30_000;
    private static final int REPLICA_POOL_SIZE = 4;
    /**
     * Every statement looks its rows up in an index, one by one, whatever the statistics of a young table say, and is
     * planned once: the plan of a batch of one is that of a batch of a hundred. A plan that was made for an empty table is
     * used until the table's statistics change, so it must be one for a large table too.
     */
    private static final String PLANS = " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
            + " -c enable_material=off -c plan_cache_mode=force_generic_plan";
    /** Bounds lock waits and statements, and aborts the transaction of a coordinator that hangs. */
    private static final String TIMEOUTS = "-c lock_timeout=5s -c statement_timeout=15s"
            + " -c idle_in_transaction_session_timeout=30s";

    /** Connections are opened on demand, so that the application starts even if a shard is down. */
    static ShardPools open(ShardDatabases databases, int poolSize, @Nullable MeterRegistry metrics) {
        var pools = new TreeMap<ShardName, HikariDataSource>();
        for (ShardDatabase database : databases.all()) {
            HikariConfig config = config(database, database.shard().value(), metrics);
            config.setMaximumPoolSize(poolSize);
            config.setMinimumIdle(1);
            config.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
            config.setValidationTimeout(VALIDATION_TIMEOUT_MS);
            config.setInitializationFailTimeout(-1);
            config.addDataSourceProperty("socketTimeout", "20");
            pools.put(database.shard(), new HikariDataSource(config));
        }
        return new ShardPools(pools);
    }

    /**
     * A pool for a standby: nothing exists until the first read, and no connection remains of those that nobody uses. A
     * transaction sees one state. What the standby cannot do in time, the primary does.
     */
    static HikariDataSource openReplica(ShardDatabase database, @Nullable MeterRegistry metrics) {
        HikariConfig config = config(database, database.shard() + "-replica", metrics);
        config.setMaximumPoolSize(REPLICA_POOL_SIZE);
        config.setMinimumIdle(0);
        config.setIdleTimeout(REPLICA_IDLE_MS);
        config.setConnectionTimeout(REPLICA_CONNECTION_TIMEOUT_MS);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        config.setReadOnly(true);
        config.addDataSourceProperty("socketTimeout", "2");
        var pool = new HikariDataSource();
        config.copyStateTo(pool);
        return pool;
    }

    private static HikariConfig config(ShardDatabase database, String name, @Nullable MeterRegistry metrics) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.addDataSourceProperty("options", TIMEOUTS + PLANS);
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("connectTimeout", "2");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        if (metrics != null) {
            config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
        }
        return config;
    }

    @Override
    public void close() {
        byShard.values().forEach(HikariDataSource::close);
    }
}
