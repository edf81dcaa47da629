/** Breaks a running platform on purpose while clients order, and judges afterwards whether it has kept its promises. */
@NullMarked
package dev.faultline.local.proof;

import org.jspecify.annotations.NullMarked;
