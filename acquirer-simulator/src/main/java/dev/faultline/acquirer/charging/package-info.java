/** What an acquirer does with one payment, and the journal of what it really did. */
@NullMarked
package dev.faultline.acquirer.charging;

import org.jspecify.annotations.NullMarked;
