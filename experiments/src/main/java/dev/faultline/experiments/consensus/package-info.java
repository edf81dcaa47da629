/** Experiments on servers that have to agree: on a leader, on what is written, on who is there. */
@NullMarked
package dev.faultline.experiments.consensus;

import org.jspecify.annotations.NullMarked;
