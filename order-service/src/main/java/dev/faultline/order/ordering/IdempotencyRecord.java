package dev.faultline.order.ordering;

/**
 * The key under which a client may repeat a request.
 *
 * @param key chosen by the client, unique per customer
 * @param hash SHA-256 of the request, in hexadecimal
 */
public record IdempotencyRecord(String key, String hash) {}
