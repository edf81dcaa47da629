/** Misfortunes to order, for a share of the requests. */
@NullMarked
package dev.faultline.acquirer.faults;

import org.jspecify.annotations.NullMarked;
