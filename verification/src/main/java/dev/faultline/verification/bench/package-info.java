/** Measures what an order costs: the highest rate, and CPU time, database work, messages and memory at fractions of it. */
@NullMarked
package dev.faultline.verification.bench;

import org.jspecify.annotations.NullMarked;
