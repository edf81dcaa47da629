package dev.faultline.sharding;

import org.springframework.dao.TransientDataAccessException;

/** A shard rejected a transaction because it does not own, or no longer owns, one of its buckets. */
public class BucketMovedException extends TransientDataAccessException {
    BucketMovedException(ShardName shard, Throwable cause) {
        super(shard + " does not own a bucket: " + cause.getMessage(), cause);
    }
}
