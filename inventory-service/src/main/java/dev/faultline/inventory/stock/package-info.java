/** Stock levels and the receipt of goods. */
@NullMarked
package dev.faultline.inventory.stock;

import org.jspecify.annotations.NullMarked;
