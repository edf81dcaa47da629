/** The checkout saga as a pure state machine: no clock, no I/O, no Spring. */
@NullMarked
package dev.faultline.order.checkout;

import org.jspecify.annotations.NullMarked;
