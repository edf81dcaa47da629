/** What can be ordered, and for how much. */
@NullMarked
package dev.faultline.order.catalogue;

import org.jspecify.annotations.NullMarked;
