/** The key-value store that the replicated logs of Raft, Paxos and Zab carry, and its clients. */
@NullMarked
package dev.faultline.protocols.store;

import org.jspecify.annotations.NullMarked;
