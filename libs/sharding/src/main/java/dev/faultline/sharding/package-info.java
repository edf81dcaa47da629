/** Data spread over PostgreSQL servers by bucket: which shard owns what, transactions on one shard, and on several. */
@NullMarked
package dev.faultline.sharding;

import org.jspecify.annotations.NullMarked;
