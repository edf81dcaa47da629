package dev.faultline.order.ordering;

import java.util.List;
import java.util.Optional;

import dev.faultline.contracts.OrderId;
import dev.faultline.order.checkout.Step;
import org.jspecify.annotations.Nullable;

/** All orders, each in its customer's shard. */
public interface Orders {

    /**
     * Stores the order, the first step of its checkout, the key it was placed under, and the step's commands for
     * sending, all or nothing. If the customer has used the key before, or too many others are under way, nothing is stored.
     */
    Stored place(Order order, Step first, @Nullable IdempotencyRecord request);

    Optional<OrderStatus> find(OrderId id);

    /** Whether there is such an order and it is confirmed or rejected: cheaper than to look at all of it. */
    boolean isComplete(OrderId id);

    /**
     * A customer's orders, the newest first, without their timelines.
     *
     * @param after the last one of the page before
     */
    List<OrderStatus> of(CustomerId customer, int limit, @Nullable OrderId after);

    /** What became of an order that was to be stored. */
    sealed interface Stored {
        record Now() implements Stored {}

        /** The key stands for an order already. */
        record Before(OrderId order, boolean sameRequest) implements Stored {}

        record NotYet() implements Stored {}
    }
}
