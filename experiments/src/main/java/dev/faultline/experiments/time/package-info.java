/** An experiment on clocks. */
@NullMarked
package dev.faultline.experiments.time;

import org.jspecify.annotations.NullMarked;
