/** Experiments on copies of the same data. */
@NullMarked
package dev.faultline.experiments.replication;

import org.jspecify.annotations.NullMarked;
