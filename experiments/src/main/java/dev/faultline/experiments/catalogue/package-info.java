/** The list of all experiments. */
@NullMarked
package dev.faultline.experiments.catalogue;

import org.jspecify.annotations.NullMarked;
