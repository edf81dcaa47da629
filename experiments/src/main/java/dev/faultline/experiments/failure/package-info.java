/** Experiments on what breaks, who notices, and what the others do meanwhile. */
@NullMarked
package dev.faultline.experiments.failure;

import org.jspecify.annotations.NullMarked;
