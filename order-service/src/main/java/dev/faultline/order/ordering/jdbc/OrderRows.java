package dev.faultline.order.ordering.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.order.checkout.jdbc.CheckoutRows;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.Order;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.OrderStatus.Status;
import dev.faultline.order.ordering.OrderStatus.TimelineEntry;
import dev.faultline.order.ordering.PricedLine;
import dev.faultline.sharding.Bucket;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Orders as rows, open or completed. */
final class OrderRows {
    private static final TypeReference<List<PricedLine>> LINES = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What {@link #status} reads, except {@code settled_at}. */
    static final String COLUMNS = "id, customer, payment_method, total_minor, currency, lines, placed_at, state,"
            + " rejection_code, rejection_detail, rejection_sku, step_at, step_state, step_cause, ";

    private OrderRows() {}

    static OrderStatus status(ResultSet row) throws SQLException {
        List<PricedLine> lines = JSON.readValue(row.getString("lines"), LINES);
        var order = new Order(new OrderId(row.getString("id")), new CustomerId(row.getString("customer")),
                row.getString("payment_method"), lines,
                new Money(row.getLong("total_minor"), row.getString("currency")));
        String state = row.getString("state");
        Status status = switch (state) {
            case "CONFIRMED" -> Status.CONFIRMED;
            case "REJECTED" -> Status.REJECTED;
            default -> Status.PENDING;
        };
        OffsetDateTime settledAt = row.getObject("settled_at", OffsetDateTime.class);
        Rejection rejection = CheckoutRows.rejection(row);
        return new OrderStatus(order, status, state, rejection, instant(row, "placed_at"),
                settledAt == null ? null : settledAt.toInstant(), timeline(row, order.checkoutOrder(), rejection));
    }

    private static List<TimelineEntry> timeline(ResultSet row, CheckoutOrder order, @Nullable Rejection rejection)
            throws SQLException {
        var at = (Timestamp[]) row.getArray("step_at").getArray();
        var states = (String[]) row.getArray("step_state").getArray();
        var causes = (@Nullable String[]) row.getArray("step_cause").getArray();
        var timeline = new ArrayList<TimelineEntry>(states.length);
        for (int i = 0; i < states.length; i++) {
            timeline.add(new TimelineEntry(i + 1, at[i].toInstant(), states[i], causes[i],
                    CheckoutRows.commandsOf(states[i], order, rejection)));
        }
        return timeline;
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static Bucket bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode());
    }

    static String json(List<PricedLine> lines) {
        return JSON.writeValueAsString(lines);
    }
}
