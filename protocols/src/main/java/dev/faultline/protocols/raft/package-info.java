/** Raft: a replicated log with a strong leader, and a key-value store on it. */
@NullMarked
package dev.faultline.protocols.raft;

import org.jspecify.annotations.NullMarked;
