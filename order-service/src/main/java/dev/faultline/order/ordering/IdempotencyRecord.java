package dev.faultline.order.ordering;

/**
 * A request that its client may repeat.
 *
 * @param key the client's name for it, unique among the customer's
 * @param hash SHA-256 of what was asked for, in hexadecimal
 */
public record IdempotencyRecord(String key, String hash) {}
