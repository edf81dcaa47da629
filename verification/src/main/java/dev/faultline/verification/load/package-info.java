/** Open-loop load on a running platform, and its latencies. */
@NullMarked
package dev.faultline.verification.load;

import org.jspecify.annotations.NullMarked;
