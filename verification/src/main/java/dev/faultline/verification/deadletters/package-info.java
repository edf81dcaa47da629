/** Inspects dead letters, and replays them once their cause is fixed. */
@NullMarked
package dev.faultline.verification.deadletters;

import org.jspecify.annotations.NullMarked;
