package dev.faultline.verification.client;

import java.math.BigDecimal;
import java.util.Currency;

/** An amount in a currency's smallest unit. */
public record Money(long minorUnits, String currency) {

    @Override
    public String toString() {
        int digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
        return BigDecimal.valueOf(minorUnits, digits).toPlainString() + " " + currency;
    }
}
