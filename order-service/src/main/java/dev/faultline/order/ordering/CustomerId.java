package dev.faultline.order.ordering;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A customer's id, the sharding key of orders. Up to 64 letters, digits and {@code . _ @ -}. */
public record CustomerId(@JsonValue String value) {
    public static final String REGEX = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";
    private static final Pattern PATTERN = Pattern.compile(REGEX);

    /** @throws IllegalArgumentException if {@code value} does not have this format */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public CustomerId {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException("not a customer id: expected 1 to 64 letters, digits or . _ @ -");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
