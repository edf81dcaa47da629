package dev.faultline.contracts;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The id of an order and of its payment, like {@code 7K-06B3N8ZQ4M1V9X2W5T0C}.
 *
 * <p>
 * The two characters before the dash are the order's bucket, so an id can be routed without a directory. The rest sorts
 * by creation time. All characters are digits of Crockford's base 32.
 */
public record OrderId(@JsonValue String value) implements Comparable<OrderId> {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 23;
    private static final int DASH = 2;

    /** @throws IllegalArgumentException if {@code value} does not have this format */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public OrderId {
        if (!isId(value)) {
            throw new IllegalArgumentException("not an order id: expected a format like 7K-06B3N8ZQ4M1V9X2W5T0C");
        }
    }

    /** A loop, because every message and every row has an id, and a regular expression is several times slower. */
    private static boolean isId(String value) {
        if (value.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            if (i == DASH ? value.charAt(i) != '-' : ALPHABET.indexOf(value.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The two characters of the order's bucket. */
    public String bucketCode() {
        return value.substring(0, 2);
    }

    /** When the id was generated, by the clock of the instance that generated it. It orders nothing; it names a month. */
    public Instant createdAt() {
        long bits = 0;
        for (int i = 3; i < 13; i++) {
            bits = bits << 5 | ALPHABET.indexOf(value.charAt(i));
        }
        return Instant.ofEpochMilli(bits >>> 2);
    }

    @Override
    public int compareTo(OrderId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
