/**
 * Verifies a running platform from outside: generates load, injects faults, and checks the resulting history.
 *
 * <p>
 * Accesses the platform only through a {@link dev.faultline.verification.Target}.
 */
@NullMarked
package dev.faultline.verification;

import org.jspecify.annotations.NullMarked;
