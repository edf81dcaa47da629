/** Keeps the nodes of a cluster running. It is controlled through files, so that another supervisor can replace it. */
@NullMarked
package dev.faultline.local.supervisor;

import org.jspecify.annotations.NullMarked;
