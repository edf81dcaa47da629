/** Products in the shard of their SKU. */
@NullMarked
package dev.faultline.order.catalogue.jdbc;

import org.jspecify.annotations.NullMarked;
