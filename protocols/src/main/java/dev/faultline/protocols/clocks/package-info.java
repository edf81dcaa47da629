/** Logical clocks: Lamport's, and vector clocks. */
@NullMarked
package dev.faultline.protocols.clocks;

import org.jspecify.annotations.NullMarked;
