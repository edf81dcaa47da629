/**
 * Deterministic simulation of the services' own logic on a virtual network, virtual databases and a virtual clock.
 *
 * @see <a href="https://apple.github.io/foundationdb/testing.html">FoundationDB: Simulation and Testing</a>
 */
@NullMarked
package dev.faultline.simulation;

import org.jspecify.annotations.NullMarked;
