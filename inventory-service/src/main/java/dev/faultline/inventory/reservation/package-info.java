/** Goods are set aside for orders: the decisions, as pure functions of what is there. */
@NullMarked
package dev.faultline.inventory.reservation;

import org.jspecify.annotations.NullMarked;
