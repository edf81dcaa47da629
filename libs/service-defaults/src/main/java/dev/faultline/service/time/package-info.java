/** What time it is, for a service: its own clock, and those that all instances have in common. */
@NullMarked
package dev.faultline.service.time;

import org.jspecify.annotations.NullMarked;
