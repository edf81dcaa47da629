/** Commands come in over Kafka. */
@NullMarked
package dev.faultline.inventory.reservation.kafka;

import org.jspecify.annotations.NullMarked;
