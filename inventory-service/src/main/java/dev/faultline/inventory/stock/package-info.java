/** Goods come in: how much of each SKU there is. */
@NullMarked
package dev.faultline.inventory.stock;

import org.jspecify.annotations.NullMarked;
