package dev.faultline.order.ordering;

import java.time.Instant;
import java.util.List;

import dev.faultline.order.checkout.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * An order and how far its checkout has come.
 *
 * @param checkout the state of the saga
 * @param settledAt when it was confirmed or rejected
 * @param timeline every step so far, the oldest first; empty in lists of orders
 */
public record OrderStatus(Order order, Status status, String checkout, @Nullable Rejection rejection, Instant placedAt,
        @Nullable Instant settledAt, List<TimelineEntry> timeline) {

    /** What a customer wants to know. */
    public enum Status {
        PENDING, CONFIRMED, REJECTED
    }

    /**
     * One step of the saga.
     *
     * @param version of the checkout after this step, from 1
     * @param at in the database's time
     * @param reply what caused it: the reply's type, or {@code redrive} or {@code give-up} if none came in time; the first
     *        step has no cause but the order itself
     * @param commands what it sent
     */
    public record TimelineEntry(int version, Instant at, String state, @Nullable String reply, List<String> commands) {}

    public boolean isComplete() {
        return status != Status.PENDING;
    }
}
