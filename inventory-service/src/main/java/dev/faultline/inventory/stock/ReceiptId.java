package dev.faultline.inventory.stock;

import java.util.regex.Pattern;

/** A receipt's id, chosen by the sender. Letters, digits, dots, dashes, underscores; 64 at most. */
public record ReceiptId(String value) {
    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** @throws IllegalArgumentException if {@code value} does not have this format */
    public ReceiptId {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException("not a receipt id: expected a letter or digit, then up to 63 letters,"
                    + " digits, dots, dashes and underscores");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
