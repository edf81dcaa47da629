/**
 * Injected faults: their kinds, the schedule drawn from a seed, and the injector that guarantees they heal. The scripts in
 * {@code chaos/} use the same names.
 */
@NullMarked
package dev.faultline.verification.fault;

import org.jspecify.annotations.NullMarked;
