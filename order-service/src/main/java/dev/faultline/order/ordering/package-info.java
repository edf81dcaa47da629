/** Orders: placing, reading, listing. */
@NullMarked
package dev.faultline.order.ordering;

import org.jspecify.annotations.NullMarked;
