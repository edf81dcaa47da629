/** The participants' replies from Kafka. */
@NullMarked
package dev.faultline.order.checkout.kafka;

import org.jspecify.annotations.NullMarked;
