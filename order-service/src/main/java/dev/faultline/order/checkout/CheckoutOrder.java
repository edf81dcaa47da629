package dev.faultline.order.checkout;

import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;

/**
 * What a checkout needs to know of its order.
 *
 * @param paymentMethod the acquirer's token for the customer's card
 * @param customer      who may see the payment
 */
public record CheckoutOrder(OrderId id, List<OrderLine> lines, Money total, String paymentMethod, String customer) {
    public CheckoutOrder {
        lines = List.copyOf(lines);
    }
}
