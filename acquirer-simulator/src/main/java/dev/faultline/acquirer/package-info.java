/** The outside world that charges cards: faulty on request, and truthful about what it did in its own journal. */
@NullMarked
package dev.faultline.acquirer;

import org.jspecify.annotations.NullMarked;
