/** The saga: what becomes of an order, decided without a clock, without I/O, without Spring. */
@NullMarked
package dev.faultline.order.checkout;

import org.jspecify.annotations.NullMarked;
