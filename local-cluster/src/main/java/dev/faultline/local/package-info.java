/** The whole platform as processes on this machine. */
@NullMarked
package dev.faultline.local;

import org.jspecify.annotations.NullMarked;
