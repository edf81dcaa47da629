/** The commands of {@code ./faultline}. */
@NullMarked
package dev.faultline.local.cli;

import org.jspecify.annotations.NullMarked;
