package dev.faultline.order.ordering;

import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;

/** An order as it was placed. It never changes; its checkout does. */
public record Order(OrderId id, CustomerId customer, String paymentMethod, List<PricedLine> lines, Money total) {
    public Order {
        lines = List.copyOf(lines);
    }
}
