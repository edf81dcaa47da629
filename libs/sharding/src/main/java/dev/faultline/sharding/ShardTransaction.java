package dev.faultline.sharding;

import java.util.Collection;

/** A transaction on one shard or several, valid until the work that it was given to returns. */
public interface ShardTransaction {

    /**
     * The part of the transaction on the bucket's shard.
     *
     * @throws IllegalArgumentException if the bucket is not among those that the transaction was opened for
     */
    ShardSession on(Bucket bucket);

    /** The parts, in the order of the shards' names: the order in which rows must be locked, so that none deadlock. */
    Collection<ShardSession> sessions();
}
