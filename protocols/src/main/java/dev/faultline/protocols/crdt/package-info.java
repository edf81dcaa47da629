/** Conflict-free replicated data types: replicas that change without asking, and become equal all the same. */
@NullMarked
package dev.faultline.protocols.crdt;

import org.jspecify.annotations.NullMarked;
