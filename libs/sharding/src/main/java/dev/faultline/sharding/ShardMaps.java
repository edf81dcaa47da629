package dev.faultline.sharding;

import java.time.Duration;
import java.util.function.Supplier;

/** The source of the current shard map. Thread-safe. */
interface ShardMaps {

    /** The latest map known to this instance. Does not block. */
    ShardMap current();

    /** Blocks until there is a map newer than {@code epoch}, at most for {@code wait}; returns the latest map. */
    ShardMap awaitNewerThan(long epoch, Duration wait);

    /**
     * Makes the map say what the shards own, and returns it. The epoch rises if that is new.
     *
     * @param ownership reads the shards; called after the stored map was read, so that of two callers the one that read the
     *        shards first cannot overwrite the other's map
     * @throws IllegalArgumentException if a bucket has no owner or two, because a move is in doubt
     * @throws RuntimeException if the map cannot be stored; to be tried again
     */
    ShardMap publish(Supplier<Ownership> ownership);
}
