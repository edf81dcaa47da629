/**
 * Verifies a running platform from outside: load, injected faults, the history of what happened, and its checker.
 *
 * <p>
 * It reaches the platform only through {@link dev.faultline.verification.Target}, one implementation for each way to
 * run it.
 */
@NullMarked
package dev.faultline.verification;

import org.jspecify.annotations.NullMarked;
