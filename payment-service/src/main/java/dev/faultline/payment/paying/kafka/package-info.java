/** Payment commands from Kafka. */
@NullMarked
package dev.faultline.payment.paying.kafka;

import org.jspecify.annotations.NullMarked;
