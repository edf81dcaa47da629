/** The service that knows how much there is of what, and who it is set aside for. */
@NullMarked
package dev.faultline.inventory;

import org.jspecify.annotations.NullMarked;
