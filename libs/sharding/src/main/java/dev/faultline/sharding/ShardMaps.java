package dev.faultline.sharding;

import java.time.Duration;

/** The source of the current shard map. Thread-safe. */
interface ShardMaps {

    /** The latest map known to this instance. Does not block. */
    ShardMap current();

    /** Blocks until there is a map newer than {@code epoch}, at most for {@code wait}; returns the latest map. */
    ShardMap awaitNewerThan(long epoch, Duration wait);
}
