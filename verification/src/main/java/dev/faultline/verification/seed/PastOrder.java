package dev.faultline.verification.seed;

import java.time.Instant;

import dev.faultline.verification.history.Buckets;

/**
 * A confirmed order of one unit. The same number is always the same order.
 *
 * @param key the customer's idempotency key
 */
record PastOrder(String id, int bucket, String customer, String key, String sku, Instant placedAt) {
    static final String PAYMENT_METHOD = "card-visa";
    static final long PRICE = 100;
    static final String CURRENCY = "EUR";

    /** Those of {@code ./faultline load}, so that new orders are stored among the old ones. */
    private static final int CUSTOMERS = 10_000;
    private static final int SKUS = 16;
    /** Ten orders a second, so that a million idempotency keys are younger than their retention. */
    private static final long INTERVAL_MS = 100;
    private static final int DIGITS = 10;

    /** @param newest when number 0 was placed; higher numbers were placed before it */
    static PastOrder of(long number, Instant newest) {
        String customer = "customer-" + number % CUSTOMERS;
        int bucket = Buckets.ofKey(customer);
        Instant placedAt = newest.minusMillis(number * INTERVAL_MS);
        // As order-service makes ids: the bucket, the time, and digits that make the id unique.
        String id = Buckets.code(bucket) + "-" + base32(placedAt.toEpochMilli() << 2) + base32(number);
        return new PastOrder(id, bucket, customer, "seed-" + number, "LOAD-%02d".formatted(1 + number % SKUS),
                placedAt);
    }

    private static String base32(long value) {
        var text = new StringBuilder(DIGITS);
        for (int shift = 5 * (DIGITS - 1); shift >= 0; shift -= 5) {
            text.append(Buckets.DIGITS.charAt((int) (value >>> shift) & 31));
        }
        return text.toString();
    }
}
