/** Zab: atomic broadcast of a primary's changes, as ZooKeeper has it. */
@NullMarked
package dev.faultline.protocols.zab;

import org.jspecify.annotations.NullMarked;
