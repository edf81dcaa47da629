package dev.faultline.order.catalogue.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Currency;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import org.jspecify.annotations.Nullable;

/** An ISO 4217 currency code; null is valid, see {@code @NotNull}. */
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = IsoCurrency.Check.class)
public @interface IsoCurrency {
    String message() default "must be an ISO 4217 currency code, like EUR";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Validates against the JDK's currencies. */
    class Check implements ConstraintValidator<IsoCurrency, String> {
        @Override
        public boolean isValid(@Nullable String code, ConstraintValidatorContext context) {
            return code == null || Currency.getAvailableCurrencies().stream()
                    .anyMatch(currency -> currency.getCurrencyCode().equals(code));
        }
    }
}
