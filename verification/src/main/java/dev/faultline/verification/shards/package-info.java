/** What the shards hold, and the plans that move their buckets. */
@NullMarked
package dev.faultline.verification.shards;

import org.jspecify.annotations.NullMarked;
