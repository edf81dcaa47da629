/**
 * Checks what clients saw and what is stored for violations of the guarantees: records in, anomalies out, no I/O. It knows
 * the services' tables but shares none of their code, so that it does not repeat their mistakes.
 */
@NullMarked
package dev.faultline.verification.history;

import org.jspecify.annotations.NullMarked;
