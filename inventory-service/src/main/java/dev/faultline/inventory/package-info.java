/** The service that keeps stock and reserves it for orders. */
@NullMarked
package dev.faultline.inventory;

import org.jspecify.annotations.NullMarked;
