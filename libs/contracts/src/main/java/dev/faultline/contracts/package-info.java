/** The messages between services and their value types. Services share nothing else. */
@NullMarked
package dev.faultline.contracts;

import org.jspecify.annotations.NullMarked;
