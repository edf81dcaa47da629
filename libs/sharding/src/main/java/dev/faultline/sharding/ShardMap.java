package dev.faultline.sharding;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The assignment of buckets to shards. It is a hint: each shard knows which buckets it owns and rejects transactions
 * that are based on a stale map.
 *
 * @param epoch increases with every change
 * @param owners the buckets of each shard; every bucket has exactly one shard
 */
public record ShardMap(long epoch, Map<ShardName, SortedSet<Integer>> owners) {

    /** @throws IllegalArgumentException if a bucket has no shard, or more than one */
    public ShardMap {
        List<Integer> all = owners.values().stream().flatMap(Collection::stream).sorted().toList();
        if (!all.equals(IntStream.range(0, Bucket.COUNT).boxed().toList())) {
            throw new IllegalArgumentException("a shard map must assign each of the " + Bucket.COUNT
                    + " buckets to exactly one shard; that of epoch " + epoch + " does not");
        }
    }

    /** The map of epoch 1, according to the {@link HashRing}. */
    public static ShardMap initial(Collection<ShardName> shards) {
        return of(1, shards, new HashRing(shards)::ownerOf);
    }

    /** @param shards includes those that own nothing */
    static ShardMap of(long epoch, Collection<ShardName> shards, Function<Bucket, ShardName> owner) {
        var owners = new TreeMap<ShardName, SortedSet<Integer>>();
        shards.forEach(shard -> owners.put(shard, new TreeSet<>()));
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            owners.computeIfAbsent(owner.apply(new Bucket(bucket)), _ -> new TreeSet<>()).add(bucket);
        }
        return new ShardMap(epoch, owners);
    }

    /** The shard of each bucket, indexed by bucket number. */
    List<ShardName> byBucket() {
        var shards = new ShardName[Bucket.COUNT];
        owners.forEach((shard, buckets) -> buckets.forEach(bucket -> shards[bucket] = shard));
        return List.of(shards);
    }
}
