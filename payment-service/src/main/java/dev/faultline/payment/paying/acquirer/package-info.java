/** The acquirer over HTTP, behind time limit, circuit breaker, bulkhead and retry. */
@NullMarked
package dev.faultline.payment.paying.acquirer;

import org.jspecify.annotations.NullMarked;
