/**
 * Injected faults: their kinds, the schedule drawn from a seed, and the injector that guarantees they heal. The vocabulary
 * is that of {@code docs/faults.md}, shared with the scripts in {@code chaos/}.
 */
@NullMarked
package dev.faultline.verification.fault;

import org.jspecify.annotations.NullMarked;
