/** A simulated card acquirer: faulty on request, with a journal of what it really did. */
@NullMarked
package dev.faultline.acquirer;

import org.jspecify.annotations.NullMarked;
