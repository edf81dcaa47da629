/** Payments as the acquirer handles them, and the journal of what it did. */
@NullMarked
package dev.faultline.acquirer.charging;

import org.jspecify.annotations.NullMarked;
