/** Stock in PostgreSQL, each SKU on the shard of its bucket. */
@NullMarked
package dev.faultline.inventory.stock.jdbc;

import org.jspecify.annotations.NullMarked;
