/** Paxos: one value, and a log of values. */
@NullMarked
package dev.faultline.protocols.paxos;

import org.jspecify.annotations.NullMarked;
