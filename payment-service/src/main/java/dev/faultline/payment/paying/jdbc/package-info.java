/** Payments in the customer's shard, each change guarded by the version it was decided on. */
@NullMarked
package dev.faultline.payment.paying.jdbc;

import org.jspecify.annotations.NullMarked;
