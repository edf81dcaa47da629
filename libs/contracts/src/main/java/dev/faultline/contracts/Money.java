package dev.faultline.contracts;

import java.util.Currency;

/**
 * A non-negative amount in minor units of its currency, cents for {@code EUR}. A refund is a separate transfer, not a
 * negative amount.
 *
 * @param currency ISO 4217 code
 */
public record Money(long minorUnits, String currency) {
    /** @throws IllegalArgumentException if the amount is negative or the currency unknown */
    public Money {
        if (minorUnits < 0) {
            throw new IllegalArgumentException("an amount must not be negative: " + minorUnits);
        }
        Currency.getInstance(currency);
    }

    /** @throws IllegalArgumentException if the currencies differ */
    public Money plus(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("cannot add " + other.currency + " to " + currency);
        }
        return new Money(Math.addExact(minorUnits, other.minorUnits), currency);
    }

    public Money times(int factor) {
        return new Money(Math.multiplyExact(minorUnits, factor), currency);
    }

    @Override
    public String toString() {
        int digits = Currency.getInstance(currency).getDefaultFractionDigits();
        return java.math.BigDecimal.valueOf(minorUnits, Math.max(digits, 0)).toPlainString() + " " + currency;
    }
}
