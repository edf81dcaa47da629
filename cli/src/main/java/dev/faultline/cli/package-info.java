/** The commands of {@code ./faultline}. */
@NullMarked
package dev.faultline.cli;

import org.jspecify.annotations.NullMarked;
