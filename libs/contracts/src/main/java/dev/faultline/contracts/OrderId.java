package dev.faultline.contracts;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Names an order everywhere, as its payment's id too: {@code 7K-06B3N8ZQ4M1V9X2W5T0C}.
 *
 * <p>
 * The two characters before the dash are the bucket the order lives in, so that whoever holds an id can route by it
 * without a directory. The rest sorts by the time of creation. Characters are Crockford's base 32.
 */
public record OrderId(@JsonValue String value) implements Comparable<OrderId> {
    private static final Pattern FORM = Pattern.compile("[0-9A-HJKMNP-TV-Z]{2}-[0-9A-HJKMNP-TV-Z]{20}");

    /** @throws IllegalArgumentException if the text is not of the form of an order's id */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public OrderId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not an order id: expected a form like 7K-06B3N8ZQ4M1V9X2W5T0C");
        }
    }

    /** The bucket's two characters. */
    public String bucketCode() {
        return value.substring(0, 2);
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
