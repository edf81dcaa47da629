package dev.faultline.order.ordering;

import java.time.Duration;

import dev.faultline.contracts.OrderId;

/** Notifications of confirmed and rejected orders, whichever instance completed them. */
public interface CheckoutCompletions {

    /** Blocks until the order completes or the timeout; returns at once if too many requests wait already. */
    void await(OrderId id, Duration atMost);
}
