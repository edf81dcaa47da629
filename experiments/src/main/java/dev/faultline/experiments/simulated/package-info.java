/** Experiments on protocols that the platform does not have, or has inside the servers that it runs: as simulations. */
@NullMarked
package dev.faultline.experiments.simulated;

import org.jspecify.annotations.NullMarked;
