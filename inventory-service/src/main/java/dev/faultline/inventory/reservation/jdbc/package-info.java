/** Reservations in PostgreSQL: one transaction per shard for a batch of commands, its effects and its replies. */
@NullMarked
package dev.faultline.inventory.reservation.jdbc;

import org.jspecify.annotations.NullMarked;
