/** Proof runs: load under injected faults, then a check of the history. */
@NullMarked
package dev.faultline.verification.prove;

import org.jspecify.annotations.NullMarked;
