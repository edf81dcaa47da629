/** Redrives overdue checkouts, on one instance at a time. */
@NullMarked
package dev.faultline.order.checkout.sweep;

import org.jspecify.annotations.NullMarked;
