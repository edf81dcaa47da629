package dev.faultline.order.ordering;

import java.time.Duration;

import dev.faultline.contracts.OrderId;

/** Notifications of completed orders, confirmed or rejected, by any instance. */
public interface CheckoutCompletions {

    /**
     * Subscribes to the order's completion; no completion from now on is missed. If too many requests are waiting,
     * returns a subscription that does not block.
     */
    Subscription subscribe(OrderId id);

    /** One request's subscription to one order. */
    interface Subscription extends AutoCloseable {

        /**
         * Blocks until the order may have completed since it was subscribed to: it has, or notifications may have been
         * lost.
         *
         * @return false if the timeout expired first
         */
        boolean await(Duration timeout);

        @Override
        void close();
    }
}
