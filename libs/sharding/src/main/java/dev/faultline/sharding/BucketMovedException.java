package dev.faultline.sharding;

import org.springframework.dao.TransientDataAccessException;

/** A shard refused a writer because it does not own, or no longer owns, a bucket that was to be written. */
public class BucketMovedException extends TransientDataAccessException {
    BucketMovedException(ShardName shard, String buckets) {
        super(shard + " does not own " + buckets);
    }
}
