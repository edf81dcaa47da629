package dev.faultline.order.ordering;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;

/** A line of an order, at the price of the moment it was placed. */
public record PricedLine(Sku sku, int quantity, Money unitPrice) {

    Money total() {
        return unitPrice.times(quantity);
    }

    OrderLine unpriced() {
        return new OrderLine(sku, quantity);
    }
}
