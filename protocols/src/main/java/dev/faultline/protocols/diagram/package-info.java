/** Pictures of schedules. */
@NullMarked
package dev.faultline.protocols.diagram;

import org.jspecify.annotations.NullMarked;
