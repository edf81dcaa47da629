package dev.faultline.order.ordering;

import java.time.Duration;

import dev.faultline.contracts.OrderId;

/** Notifications of completed orders, confirmed or rejected, by any instance. */
public interface CheckoutCompletions {

    /** Blocks until the order completes or the timeout expires. Returns at once if too many requests are waiting. */
    void await(OrderId id, Duration timeout);
}
