package dev.faultline.verification.history;

import org.jspecify.annotations.Nullable;

/**
 * An entry of a client's journal: one before a request is sent, and one for each response that contains an order.
 *
 * @param key    the idempotency key, scoped to the customer
 * @param order  the order's id; null for a request
 * @param status the order's status in the response; null for a request
 */
public record ClientEntry(String customer, String key, @Nullable String order, @Nullable String status) {

    public static ClientEntry sent(String customer, String key) {
        return new ClientEntry(customer, key, null, null);
    }

    boolean isAcknowledged() {
        return order != null;
    }
}
