package dev.faultline.verification.history;

import org.jspecify.annotations.Nullable;

/**
 * A line of a client's journal: one when the request is sent, and one for each response that names an order.
 *
 * @param key    the idempotency key, scoped to the customer
 * @param order  the order's id; null in the line of the request
 * @param status the order's status in the response; null in the line of the request
 */
public record ClientEntry(String customer, String key, @Nullable String order, @Nullable String status) {

    /** The request, before it is sent. */
    public static ClientEntry sent(String customer, String key) {
        return new ClientEntry(customer, key, null, null);
    }

    boolean isAcknowledged() {
        return order != null;
    }
}
