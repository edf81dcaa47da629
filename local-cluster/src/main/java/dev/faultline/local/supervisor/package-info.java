/** Keeps the nodes of one cluster running; it is spoken to through files, so that it can die and be followed by another. */
@NullMarked
package dev.faultline.local.supervisor;

import org.jspecify.annotations.NullMarked;
