package dev.faultline.order.ordering;

import java.util.List;
import java.util.Optional;

import dev.faultline.contracts.OrderId;
import dev.faultline.order.checkout.Step;
import dev.faultline.sharding.Reads;
import org.jspecify.annotations.Nullable;

/** All orders, each in its customer's shard. Concurrent calls of one shard share transactions and round trips. */
public interface Orders {

    /**
     * Stores the order, its idempotency key, the first step of its checkout and the step's outgoing commands
     * atomically. Stores nothing if the customer has used the key before, or if too many checkouts are in flight.
     */
    PlaceResult place(Order order, Step first, @Nullable IdempotencyRecord request);

    /** What the customer has used the key for. */
    Optional<PlaceResult.Duplicate> earlier(CustomerId customer, IdempotencyRecord request);

    /** As its shard's primary has it. */
    Optional<OrderStatus> find(OrderId id);

    /** For a client that may have chosen how fresh it is. */
    Optional<OrderStatus> find(OrderId id, Reads reads);

    /**
     * A customer's orders, newest first, without their timelines.
     *
     * @param after the last order of the previous page
     */
    List<OrderStatus> of(CustomerId customer, int limit, @Nullable OrderId after, Reads reads);

    /** The outcome of storing an order. */
    sealed interface PlaceResult {
        record Created(OrderStatus status) implements PlaceResult {}

        /** The customer has used the key for an earlier order. */
        record Duplicate(OrderId order, boolean isSameRequest) implements PlaceResult {}

        record BacklogFull() implements PlaceResult {}
    }
}
