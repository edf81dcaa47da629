package dev.faultline.sharding;

/** A bucket that is to get another owner. */
public record BucketMove(Bucket bucket, ShardName from, ShardName to) {}
