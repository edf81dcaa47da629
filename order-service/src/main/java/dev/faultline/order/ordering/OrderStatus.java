package dev.faultline.order.ordering;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.order.checkout.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * An order and the progress of its checkout.
 *
 * @param checkout the state of the saga
 * @param settledAt when it was confirmed or rejected
 * @param timeline every step so far, oldest first; empty in lists of orders
 */
public record OrderStatus(Order order, Status status, String checkout, @Nullable Rejection rejection, Instant placedAt,
        @Nullable Instant settledAt, List<TimelineEntry> timeline) {

    /** An order's status as customers see it. */
    public enum Status {
        PENDING, CONFIRMED, REJECTED
    }

    /**
     * One step of the saga.
     *
     * @param version of the checkout after this step, from 1
     * @param at by the database's clock
     * @param reply what caused it: the reply's type, or {@code redrive} or {@code give-up} if none came in time; null
     *         for the first step
     * @param commands the commands it sent
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TimelineEntry(int version, Instant at, String state, @Nullable String reply, List<String> commands) {}

    /** As in lists of orders. */
    public OrderStatus withoutTimeline() {
        return new OrderStatus(order, status, checkout, rejection, placedAt, settledAt, List.of());
    }

    public boolean isComplete() {
        return status != Status.PENDING;
    }
}
