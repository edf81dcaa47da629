/** Checkers that know nothing of the protocols: they judge what clients and learners saw. */
@NullMarked
package dev.faultline.protocols.checking;

import org.jspecify.annotations.NullMarked;
