package dev.faultline.verification.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An order as the API returns it.
 *
 * @param checkout the state of its saga
 * @param timeline every step of its saga, oldest first; empty in lists of orders
 */
public record Order(String id, String customer, String status, String checkout, @Nullable Rejection rejection,
        Money total, String paymentMethod, List<Line> lines, Instant placedAt, @Nullable Instant settledAt,
        List<Step> timeline) {

    public record Line(String sku, int quantity) {}

    public record Rejection(String code, String detail, @Nullable String sku) {}

    /** @param reply the reply that led to this state; null for the first */
    public record Step(int version, Instant at, String state, @Nullable String reply, List<String> commands) {}

    public Order {
        lines = List.copyOf(Objects.requireNonNullElse(lines, List.of()));
        timeline = List.copyOf(Objects.requireNonNullElse(timeline, List.of()));
    }

    /** Whether it has reached a terminal state. */
    public boolean isComplete() {
        return !status.equals("PENDING");
    }

    /** From placement to completion; zero while it is pending. */
    public Duration took() {
        return settledAt == null ? Duration.ZERO : Duration.between(placedAt, settledAt);
    }
}
