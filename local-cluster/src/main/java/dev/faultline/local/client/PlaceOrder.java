package dev.faultline.local.client;

import java.util.List;

/** A wish to buy. */
public record PlaceOrder(String customer, String paymentMethod, List<Order.Line> lines) {
    public PlaceOrder {
        lines = List.copyOf(lines);
    }
}
