package dev.faultline.order.ordering;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;

/** A line of an order, with the price at the time of the order. */
public record PricedLine(Sku sku, int quantity, Money unitPrice) {

    Money total() {
        return unitPrice.times(quantity);
    }

    OrderLine unpriced() {
        return new OrderLine(sku, quantity);
    }
}
