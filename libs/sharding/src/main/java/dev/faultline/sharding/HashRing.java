package dev.faultline.sharding;

import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Consistent hashing with virtual nodes: decides which shard a bucket should live on, so that one more shard takes about
 * 1/N of the buckets, from all others alike, and no bucket moves between those.
 *
 * @see <a href="https://doi.org/10.1145/258533.258660">Karger et al., Consistent Hashing and Random Trees, 1997</a>
 */
public final class HashRing {
    /** Enough to keep shards within a fifth of their fair share. */
    private static final int VIRTUAL_NODES = 256;

    private final NavigableMap<Long, ShardName> ring = new TreeMap<>();

    /** @throws IllegalArgumentException if there is no shard */
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
