/** Experiments on who may do something, when only one may. */
@NullMarked
package dev.faultline.experiments.coordination;

import org.jspecify.annotations.NullMarked;
