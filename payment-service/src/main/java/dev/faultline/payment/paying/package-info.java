/** Payments: the state machine, the requests to the acquirer and the replies to the checkout. */
@NullMarked
package dev.faultline.payment.paying;

import org.jspecify.annotations.NullMarked;
