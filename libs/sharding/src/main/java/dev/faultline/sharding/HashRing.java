package dev.faultline.sharding;

import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Consistent hashing with virtual nodes. Assigns each bucket to a shard; an additional shard takes about 1/N of the
 * buckets, evenly from the others, and no bucket moves between those.
 *
 * @see <a href="https://doi.org/10.1145/258533.258660">Karger et al., Consistent Hashing and Random Trees, 1997</a>
 */
public final class HashRing {
    /** Keeps each shard within a quarter of its fair share. */
    private static final int VIRTUAL_NODES = 256;

    private final NavigableMap<Long, ShardName> ring = new TreeMap<>();

    /** @throws IllegalArgumentException if {@code shards} is empty */
    public HashRing(Collection<ShardName> shards) {
        if (shards.isEmpty()) {
            throw new IllegalArgumentException("a hash ring needs at least one shard");
        }
        for (ShardName shard : shards) {
            for (int node = 0; node < VIRTUAL_NODES; node++) {
                ring.put(Bucket.hash(shard + "#" + node), shard);
            }
        }
    }

    /** The shard of the first virtual node at or after the bucket's point on the ring. */
    public ShardName ownerOf(Bucket bucket) {
        var node = ring.ceilingEntry(Bucket.hash("bucket-" + bucket.number()));
        return node != null ? node.getValue() : ring.firstEntry().getValue();
    }
}
