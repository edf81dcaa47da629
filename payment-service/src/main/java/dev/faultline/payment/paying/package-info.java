/** Payments: what to ask the acquirer, what to answer the checkout, and what to do when the acquirer does not answer. */
@NullMarked
package dev.faultline.payment.paying;

import org.jspecify.annotations.NullMarked;
