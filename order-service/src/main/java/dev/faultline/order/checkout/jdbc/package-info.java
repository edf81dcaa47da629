/** Checkouts in the customer's shard, each transition guarded by the version it was decided on. */
@NullMarked
package dev.faultline.order.checkout.jdbc;

import org.jspecify.annotations.NullMarked;
