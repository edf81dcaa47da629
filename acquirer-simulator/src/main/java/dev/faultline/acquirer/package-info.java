/** A simulated card acquirer with injectable faults and a journal of all charges. */
@NullMarked
package dev.faultline.acquirer;

import org.jspecify.annotations.NullMarked;
