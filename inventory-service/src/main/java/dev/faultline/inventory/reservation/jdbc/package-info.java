/** Reservations in PostgreSQL: a batch of commands, its effects and its replies in one transaction a shard. */
@NullMarked
package dev.faultline.inventory.reservation.jdbc;

import org.jspecify.annotations.NullMarked;
