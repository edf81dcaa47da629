package dev.faultline.acquirer.charging;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The caller's name for one payment, and its idempotency key: 1 to 64 letters, digits and dashes. */
public record PaymentId(@JsonValue String value) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9-]{1,64}");

    /** @throws IllegalArgumentException if the text does not have that form */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public PaymentId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("a payment id has 1 to 64 letters, digits and dashes");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
