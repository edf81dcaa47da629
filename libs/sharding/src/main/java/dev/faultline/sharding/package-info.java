/** Sharding over PostgreSQL servers: buckets and their owners, transactions on one shard and on several, moves of buckets. */
@NullMarked
package dev.faultline.sharding;

import org.jspecify.annotations.NullMarked;
