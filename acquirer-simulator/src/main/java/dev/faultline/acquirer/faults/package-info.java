/** Faults to inject into a share of the requests. */
@NullMarked
package dev.faultline.acquirer.faults;

import org.jspecify.annotations.NullMarked;
