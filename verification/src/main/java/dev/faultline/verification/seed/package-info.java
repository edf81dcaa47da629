/** Orders of the past, stored without having been placed. */
@NullMarked
package dev.faultline.verification.seed;

import org.jspecify.annotations.NullMarked;
