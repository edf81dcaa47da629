/** Practical Byzantine fault tolerance: a replicated log among replicas of which some lie. */
@NullMarked
package dev.faultline.protocols.pbft;

import org.jspecify.annotations.NullMarked;
