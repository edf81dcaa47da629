/** The products and their prices. */
@NullMarked
package dev.faultline.order.catalogue;

import org.jspecify.annotations.NullMarked;
