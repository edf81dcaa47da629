/** An experiment on distributed tracing. */
@NullMarked
package dev.faultline.experiments.tracing;

import org.jspecify.annotations.NullMarked;
