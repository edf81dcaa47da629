package dev.faultline.acquirer.charging;

import java.util.Currency;

/**
 * Money to charge, in the smallest unit of its currency: from 1 to 10^12 units.
 *
 * @param currency ISO 4217 code
 */
public record Amount(long minorUnits, String currency) {
    /** The largest amount that one payment can have, in minor units. */
    public static final long MAX_MINOR_UNITS = 1_000_000_000_000L;

    /** @throws IllegalArgumentException if the amount is out of range or the currency unknown */
    public Amount {
        if (minorUnits < 1 || minorUnits > MAX_MINOR_UNITS) {
            throw new IllegalArgumentException("must be from 1 to " + MAX_MINOR_UNITS + " minor units: " + minorUnits);
        }
        currency = Currency.getInstance(currency).getCurrencyCode();
    }
}
