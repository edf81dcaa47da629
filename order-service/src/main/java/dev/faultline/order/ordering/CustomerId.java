package dev.faultline.order.ordering;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A customer's id, by which orders are sharded. Letters, digits and {@code . _ @ -}, 64 characters at most. */
public record CustomerId(@JsonValue String value) {
    public static final String FORM = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";
    private static final Pattern PATTERN = Pattern.compile(FORM);

    /** @throws IllegalArgumentException if the text does not have that form */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public CustomerId {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException("not a customer's id: expected 1 to 64 letters, digits or . _ @ -");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
