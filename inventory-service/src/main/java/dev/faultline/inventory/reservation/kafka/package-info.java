/** Reservation commands from Kafka. */
@NullMarked
package dev.faultline.inventory.reservation.kafka;

import org.jspecify.annotations.NullMarked;
