package dev.faultline.order.ordering.web;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.OrderStatus.TimelineEntry;
import dev.faultline.order.ordering.PricedLine;
import org.jspecify.annotations.Nullable;

/** An order as clients see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderResponse(OrderId id, CustomerId customer, OrderStatus.Status status, String checkout,
        @Nullable Rejection rejection, Money total, String paymentMethod, List<PricedLine> lines, Instant placedAt,
        @Nullable Instant settledAt, @Nullable List<TimelineEntry> timeline) {

    static OrderResponse detailed(OrderStatus status) {
        return of(status, status.timeline());
    }

    static OrderResponse summary(OrderStatus status) {
        return of(status, null);
    }

    private static OrderResponse of(OrderStatus status, @Nullable List<TimelineEntry> timeline) {
        var order = status.order();
        return new OrderResponse(order.id(), order.customer(), status.status(), status.checkout(), status.rejection(),
                order.total(), order.paymentMethod(), order.lines(), status.placedAt(), status.settledAt(), timeline);
    }
}
