/** Proof runs: orders under injected faults, then a check of every promise. */
@NullMarked
package dev.faultline.verification.prove;

import org.jspecify.annotations.NullMarked;
