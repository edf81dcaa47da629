/** Atomic commitment: two-phase commit, which blocks when its coordinator is gone, and three-phase commit, which does not. */
@NullMarked
package dev.faultline.protocols.threephase;

import org.jspecify.annotations.NullMarked;
