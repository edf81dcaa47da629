package dev.faultline.order.ordering;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

import dev.faultline.contracts.OrderLine;
import org.jspecify.annotations.Nullable;

/**
 * What a customer orders.
 *
 * @param currency the currency in which the customer expects to pay; null for any
 */
public record OrderRequest(CustomerId customer, String paymentMethod, @Nullable String currency,
        List<OrderLine> lines) {
    public OrderRequest {
        lines = List.copyOf(lines);
    }

    /** Equal for equal requests, regardless of the white space in their JSON. */
    String hash() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
