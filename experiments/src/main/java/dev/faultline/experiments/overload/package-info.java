/** Experiments on more requests than can be served. */
@NullMarked
package dev.faultline.experiments.overload;

import org.jspecify.annotations.NullMarked;
