package dev.faultline.inventory.reservation.jdbc;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.Sku;

/** The key of a reservation line. */
record ReservationKey(OrderId order, Sku sku) {}
