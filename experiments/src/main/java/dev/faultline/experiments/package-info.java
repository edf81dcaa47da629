/** Comparisons of two ways to do the same thing, on real servers that exist for the run. Each has a control that must go wrong. */
@NullMarked
package dev.faultline.experiments;

import org.jspecify.annotations.NullMarked;
