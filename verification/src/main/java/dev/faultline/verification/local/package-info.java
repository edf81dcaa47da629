/** The local cluster as a target of verification. */
@NullMarked
package dev.faultline.verification.local;

import org.jspecify.annotations.NullMarked;
