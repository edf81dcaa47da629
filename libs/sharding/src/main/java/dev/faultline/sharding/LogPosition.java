package dev.faultline.sharding;

/**
 * A position in the write-ahead log of a shard.
 *
 * @param timeline grows when a standby is promoted; positions of different timelines cannot be compared
 * @param lsn in bytes
 */
record LogPosition(int timeline, long lsn) {

    boolean isOn(LogPosition other) {
        return timeline == other.timeline;
    }

    /** @param other a position on the same timeline */
    boolean hasReached(LogPosition other) {
        return isOn(other) && lsn >= other.lsn;
    }
}
