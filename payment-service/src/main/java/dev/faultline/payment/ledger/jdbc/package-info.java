/** The ledger in the order's shard. */
@NullMarked
package dev.faultline.payment.ledger.jdbc;

import org.jspecify.annotations.NullMarked;
