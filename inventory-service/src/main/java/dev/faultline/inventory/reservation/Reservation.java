package dev.faultline.inventory.reservation;

import java.util.List;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;

/** The decision on an order's lines. It is stored, so that a repeated command gets the first reply. */
public sealed interface Reservation {

    OrderId orderId();

    List<OrderLine> lines();

    /** All lines are reserved. */
    record Reserved(OrderId orderId, List<OrderLine> lines) implements Reservation {}

    /** Nothing is reserved, and nothing will be. */
    record Rejected(OrderId orderId, List<OrderLine> lines, Shortage shortage) implements Reservation {}

    /**
     * Nothing is reserved any more, and nothing will be. Also the tombstone of an order whose release arrived before
     * its reservation.
     */
    record Released(OrderId orderId, List<OrderLine> lines) implements Reservation {}
}
