/** The service that takes orders and coordinates their checkouts. */
@NullMarked
package dev.faultline.order;

import org.jspecify.annotations.NullMarked;
