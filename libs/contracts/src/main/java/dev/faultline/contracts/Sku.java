package dev.faultline.contracts;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A stock keeping unit. Up to 32 upper-case letters, digits and inner dashes. */
public record Sku(@JsonValue String value) implements Comparable<Sku> {
    private static final Pattern PATTERN = Pattern.compile("[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?");

    /** @throws IllegalArgumentException if {@code value} does not have this format */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Sku {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a SKU: expected 1 to 32 upper-case letters, digits and inner dashes, like COFFEE-1KG");
        }
    }

    @Override
    public int compareTo(Sku other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
