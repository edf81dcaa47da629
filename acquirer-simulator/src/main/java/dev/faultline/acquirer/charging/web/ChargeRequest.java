package dev.faultline.acquirer.charging.web;

import java.util.Currency;

import dev.faultline.acquirer.charging.Amount;
import dev.faultline.acquirer.charging.ChargeDetails;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

record ChargeRequest(@NotNull @Min(1) @Max(Amount.MAX_MINOR_UNITS) Long minorUnits, @NotNull Currency currency,
        @NotNull @Pattern(regexp = "[a-z0-9-]{1,64}") String paymentMethod) {

    ChargeDetails details() {
        return new ChargeDetails(new Amount(minorUnits, currency.getCurrencyCode()), paymentMethod);
    }
}
