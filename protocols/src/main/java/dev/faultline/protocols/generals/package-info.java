/** The two generals, who cannot agree. */
@NullMarked
package dev.faultline.protocols.generals;

import org.jspecify.annotations.NullMarked;
