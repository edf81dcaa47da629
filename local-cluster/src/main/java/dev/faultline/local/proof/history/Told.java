package dev.faultline.local.proof.history;

import org.jspecify.annotations.Nullable;

/**
 * A wish that a client sent, and what it was told of it; one record for each answer, and one for a wish without any.
 *
 * @param key    the idempotency key, the customer's own
 * @param order  the order's id, null if the answer told none or did not come
 * @param status the order's, as told; null where the order is
 */
public record Told(String customer, String key, @Nullable String order, @Nullable String status) {

    /** Sent, without any answer that told of an order. */
    public static Told nothing(String customer, String key) {
        return new Told(customer, key, null, null);
    }

    boolean isAcknowledged() {
        return order != null;
    }
}
