package dev.faultline.inventory.reservation.jdbc;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.Sku;

/** Names one line of a reservation. */
record ReservationKey(OrderId order, Sku sku) {}
