/** Inspects dead letters, and replays them once their cause is fixed. */
@NullMarked
package dev.faultline.deadletters;

import org.jspecify.annotations.NullMarked;
