package dev.faultline.order.ordering;

import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;

/** An order as it was placed. It never changes; what becomes of it is its checkout's business. */
public record Order(OrderId id, CustomerId customer, String paymentMethod, List<PricedLine> lines, Money total) {
    public Order {
        lines = List.copyOf(lines);
    }
}
