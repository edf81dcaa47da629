package dev.faultline.verification.client;

import java.util.List;

/** The body of {@code POST /api/orders}. */
public record OrderRequest(String customer, String paymentMethod, List<Order.Line> lines) {
    public OrderRequest {
        lines = List.copyOf(lines);
    }
}
