/** Experiments on where data lives. */
@NullMarked
package dev.faultline.experiments.partitioning;

import org.jspecify.annotations.NullMarked;
