package dev.faultline.order.ordering;

import java.time.Duration;

import dev.faultline.contracts.OrderId;

/** News of orders that were confirmed or rejected, wherever that happened. */
public interface CheckoutCompletions {

    /** Waits until the order is settled, or the time is over, or too many wait already. Blocks. */
    void await(OrderId id, Duration atMost);
}
