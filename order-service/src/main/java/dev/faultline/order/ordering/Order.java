package dev.faultline.order.ordering;

import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.order.checkout.CheckoutOrder;

/** An order as it was placed. It never changes; its checkout does. */
public record Order(OrderId id, CustomerId customer, String paymentMethod, List<PricedLine> lines, Money total) {
    public Order {
        lines = List.copyOf(lines);
    }

    /** What its checkout needs to know. */
    public CheckoutOrder checkoutOrder() {
        return new CheckoutOrder(id, lines.stream().map(PricedLine::unpriced).toList(), total, paymentMethod, customer
                .value());
    }
}
