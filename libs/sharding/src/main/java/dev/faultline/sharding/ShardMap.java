package dev.faultline.sharding;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Where each bucket is believed to live. A hint: the shards themselves know what they own, and refuse a writer whose map
 * is stale.
 *
 * @param epoch grows with every change
 * @param owners each shard's buckets; every bucket has exactly one shard
 */
public record ShardMap(long epoch, Map<ShardName, SortedSet<Integer>> owners) {

    /** @throws IllegalArgumentException if a bucket has no shard, or more than one */
    public ShardMap {
        List<Integer> all = owners.values().stream().flatMap(Collection::stream).sorted().toList();
        if (!all.equals(IntStream.range(0, Bucket.COUNT).boxed().toList())) {
            throw new IllegalArgumentException("a shard map gives each of the " + Bucket.COUNT
                    + " buckets to exactly one shard; epoch " + epoch + " does not");
        }
    }

    /** The map at the beginning, epoch 1, as the hash ring has it. */
    public static ShardMap initial(Collection<ShardName> shards) {
        var ring = new HashRing(shards);
        var owners = new TreeMap<ShardName, SortedSet<Integer>>();
        shards.forEach(shard -> owners.put(shard, new TreeSet<>()));
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            owners.computeIfAbsent(ring.ownerOf(new Bucket(bucket)), _ -> new TreeSet<>()).add(bucket);
        }
        return new ShardMap(1, owners);
    }

    /** The shard of each bucket, at the bucket's index. */
    List<ShardName> byBucket() {
        var shards = new ShardName[Bucket.COUNT];
        owners.forEach((shard, buckets) -> buckets.forEach(bucket -> shards[bucket] = shard));
        return List.of(shards);
    }
}
