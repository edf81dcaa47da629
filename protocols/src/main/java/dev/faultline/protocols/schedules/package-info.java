/** Schedules: what a seed determines, how many of them are run, and what came of them. */
@NullMarked
package dev.faultline.protocols.schedules;

import org.jspecify.annotations.NullMarked;
