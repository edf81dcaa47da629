/** Experiments on messages: delivered at least once, and what has to follow from that. */
@NullMarked
package dev.faultline.experiments.messaging;

import org.jspecify.annotations.NullMarked;
