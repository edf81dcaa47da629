/** The whole platform, started as {@code ./faultline up} starts it, seen through its gateway and broken on purpose. */
@NullMarked
package dev.faultline.system;

import org.jspecify.annotations.NullMarked;
