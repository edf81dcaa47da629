/** The classical protocols of distributed systems, each under thousands of seeded schedules. */
@NullMarked
package dev.faultline.protocols;

import org.jspecify.annotations.NullMarked;
