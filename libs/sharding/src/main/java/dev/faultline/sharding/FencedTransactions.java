package dev.faultline.sharding;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

import com.zaxxer.hikari.HikariDataSource;
import dev.faultline.discovery.FencingToken;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A leader's transactions on whole shards, of buckets that they own and of others. Each carries the leader's token, so that
 * two leaders are serialized on each shard and the older one is rejected.
 */
final class FencedTransactions {
    private final NavigableMap<ShardName, HikariDataSource> pools;
    private final String role;
    private final TwoPhaseCommit twoPhaseCommit;

    FencedTransactions(NavigableMap<ShardName, HikariDataSource> pools, String role, TwoPhaseCommit twoPhaseCommit) {
        this.pools = pools;
        this.role = role;
        this.twoPhaseCommit = twoPhaseCommit;
    }

    /**
     * Runs a transaction on one shard.
     *
     * @param work returns how many rows it has changed
     * @throws StaleLeaderException if the shard has seen a newer leader; nothing was changed
     */
    int run(ShardName shard, FencingToken token, ToIntFunction<JdbcClient> work) {
        try (var transaction = open(shard)) {
            ShardSession session = on(transaction, shard);
            check(session, token);
            int rows = work.applyAsInt(session.jdbc());
            commit(transaction);
            return rows;
        }
    }

    /** To be checked on each of its shards, and committed. No bucket is locked. */
    OpenTransaction open(ShardName... shards) {
        SortedMap<ShardName, SortedSet<Bucket>> noBuckets = new TreeMap<>();
        for (ShardName shard : shards) {
            noBuckets.put(shard, Collections.emptySortedSet());
        }
        return new OpenTransaction(noBuckets, shard -> pool(shard).getConnection());
    }

    static ShardSession on(OpenTransaction transaction, ShardName shard) {
        return transaction.sessions().stream().filter(session -> session.shard().equals(shard)).findFirst()
                .orElseThrow();
    }

    /** @throws StaleLeaderException if the shard has seen a newer leader; the transaction is to be closed */
    void check(ShardSession session, FencingToken token) {
        FencingTokens.check(session, role, token);
    }

    void commit(OpenTransaction transaction) {
        twoPhaseCommit.commit(transaction);
    }

    /** Reads a shard without a transaction. */
    JdbcClient reading(ShardName shard) {
        return JdbcClient.create(pool(shard));
    }

    private HikariDataSource pool(ShardName shard) {
        HikariDataSource pool = pools.get(shard);
        if (pool == null) {
            throw new IllegalStateException(shard + " is not in faultline.shards");
        }
        return pool;
    }
}
