/** How the gateway's balancing policies share requests among instances that are equal, and that are not. */
@NullMarked
package dev.faultline.experiments.balancing;

import org.jspecify.annotations.NullMarked;
