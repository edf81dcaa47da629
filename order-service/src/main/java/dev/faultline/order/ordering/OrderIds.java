package dev.faultline.order.ordering;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

import dev.faultline.contracts.OrderId;
import dev.faultline.sharding.Bucket;

/** Generates order ids: the customer's bucket, 48 bits of milliseconds, 52 random bits. */
public final class OrderIds {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private final InstantSource clock;
    private final RandomGenerator random;

    public OrderIds(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    OrderId next(CustomerId customer) {
        var text = new StringBuilder(23).append(Bucket.of(customer.value()).code()).append('-');
        // 100 bits are twenty digits: ten of time and two random bits, ten random.
        append(text, clock.millis() << 2 | random.nextInt(4));
        append(text, random.nextLong());
        return new OrderId(text.toString());
    }

    private static void append(StringBuilder text, long bits) {
        for (int shift = 45; shift >= 0; shift -= 5) {
            text.append(ALPHABET.charAt((int) (bits >>> shift) & 31));
        }
    }
}
