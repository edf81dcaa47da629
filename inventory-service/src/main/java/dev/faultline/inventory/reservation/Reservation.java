package dev.faultline.inventory.reservation;

import java.util.List;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;

/** What became of an order's lines. Kept for good, so that a repeated command is answered as it was the first time. */
public sealed interface Reservation {

    OrderId orderId();

    List<OrderLine> lines();

    /** All lines are set aside. */
    record Reserved(OrderId orderId, List<OrderLine> lines) implements Reservation {}

    /** Nothing is set aside, nor will be. */
    record Rejected(OrderId orderId, List<OrderLine> lines, Shortage shortage) implements Reservation {}

    /** Nothing is set aside, or no longer, nor will be: also the tombstone of an order that was released first. */
    record Released(OrderId orderId, List<OrderLine> lines) implements Reservation {}
}
