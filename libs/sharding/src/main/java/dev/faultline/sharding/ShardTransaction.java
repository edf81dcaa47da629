package dev.faultline.sharding;

import java.util.Collection;

/** A transaction on one or several shards, valid until the work that received it returns. */
public interface ShardTransaction {

    /**
     * The part of the transaction on the bucket's shard.
     *
     * @throws IllegalArgumentException if the transaction was not opened for this bucket
     */
    ShardSession on(Bucket bucket);

    /** The parts, by shard name. Rows must be locked in this order, so that transactions cannot deadlock. */
    Collection<ShardSession> sessions();
}
