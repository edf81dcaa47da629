/** Replies of the participants, taken from Kafka. */
@NullMarked
package dev.faultline.order.checkout.kafka;

import org.jspecify.annotations.NullMarked;
