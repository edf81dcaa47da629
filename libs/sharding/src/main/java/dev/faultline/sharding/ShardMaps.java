package dev.faultline.sharding;

import java.time.Duration;

/** Where the shard map is kept and from where it spreads. */
interface ShardMaps {

    /** The newest map that this instance has seen. Does not block. */
    ShardMap current();

    /** A map newer than {@code epoch}, or the current one if none comes within the wait. */
    ShardMap newerThan(long epoch, Duration wait);
}
