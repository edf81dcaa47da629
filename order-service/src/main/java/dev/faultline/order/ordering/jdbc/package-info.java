/** Orders in the customer's shard. */
@NullMarked
package dev.faultline.order.ordering.jdbc;

import org.jspecify.annotations.NullMarked;
