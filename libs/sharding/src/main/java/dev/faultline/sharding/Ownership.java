package dev.faultline.sharding;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which shard owns which buckets according to the shards themselves: what every shard map is derived from.
 *
 * @param epoch of the newest move
 */
record Ownership(long epoch, Map<ShardName, SortedSet<Integer>> owners) {

    /** Reads one shard after the other. A bucket that changes its owner meanwhile may be missing, or have two. */
    static Ownership read(NavigableMap<ShardName, HikariDataSource> pools) {
        var owners = new TreeMap<ShardName, SortedSet<Integer>>();
        var epoch = new long[]{1};
        pools.forEach((shard, pool) -> {
            var buckets = new TreeSet<Integer>();
            JdbcClient.create(pool).sql("select bucket, epoch from bucket_ownership").query(row -> {
                buckets.add(row.getInt(1));
                epoch[0] = Math.max(epoch[0], row.getLong(2));
            });
            owners.put(shard, buckets);
        });
        return new Ownership(epoch[0], owners);
    }

    /** Whether no shard has ever owned a bucket. */
    boolean isEmpty() {
        return owners.values().stream().allMatch(Set::isEmpty);
    }

    /** @throws IllegalArgumentException if a bucket has no owner or two, because a move is in doubt */
    ShardMap asMap(long atLeast) {
        return new ShardMap(Math.max(epoch, atLeast), owners);
    }
}
