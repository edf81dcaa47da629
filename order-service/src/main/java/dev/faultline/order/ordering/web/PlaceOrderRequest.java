package dev.faultline.order.ordering.web;

import java.util.List;

import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.OrderRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/orders}. The constraints of single fields are declared here; rules across fields are
 * checked when the order is placed.
 *
 * @param customer whose order it is; null for the caller's own
 */
record PlaceOrderRequest(
        @Nullable @Pattern(regexp = CustomerId.REGEX, message = "must be 1 to 64 letters, digits or . _ @ -") String customer,
        @NotNull(message = "is missing, for example card-visa") @Pattern(regexp = "[a-z0-9][a-z0-9_-]{0,63}", message = "must be 1 to 64 lower-case letters, digits, _ or -") String paymentMethod,
        @Nullable @Pattern(regexp = "[A-Z]{3}", message = "must be an ISO 4217 code, like EUR") String currency,
        @NotEmpty(message = "must have at least one line") @Size(max = 100, message = "must have at most 100 lines") List<@NotNull(message = "must not be null") @Valid Line> lines) {

    record Line(
            @NotNull(message = "is missing") @Pattern(regexp = "[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?", message = "must be 1 to 32 upper-case letters, digits and inner dashes, like COFFEE-1KG") String sku,
            @NotNull(message = "is missing") @Min(value = 1, message = "must be at least 1") @Max(value = 10_000, message = "must be at most 10000") Integer quantity) {

        OrderLine toDomain() {
            return new OrderLine(new Sku(sku), quantity);
        }
    }

    OrderRequest toDomain(CustomerId placedFor) {
        return new OrderRequest(placedFor, paymentMethod, currency,
                lines.stream().map(Line::toDomain).toList());
    }
}
