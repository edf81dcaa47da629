/** The messages that services send each other, and the values they are made of; nothing else is shared between services. */
@NullMarked
package dev.faultline.contracts;

import org.jspecify.annotations.NullMarked;
