/** Reservations of stock for orders: the decisions, as pure functions. */
@NullMarked
package dev.faultline.inventory.reservation;

import org.jspecify.annotations.NullMarked;
