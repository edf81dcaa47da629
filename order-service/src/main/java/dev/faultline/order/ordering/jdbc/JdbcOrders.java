package dev.faultline.order.ordering.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.order.checkout.Step;
import dev.faultline.order.checkout.jdbc.CheckoutBacklog;
import dev.faultline.order.checkout.jdbc.CheckoutRows;
import dev.faultline.order.checkout.jdbc.JdbcCheckouts;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.IdempotencyRecord;
import dev.faultline.order.ordering.Order;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.OrderStatus.Status;
import dev.faultline.order.ordering.OrderStatus.TimelineEntry;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.PricedLine;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Orders in the customer's shard. */
@Repository
class JdbcOrders implements Orders {
    private static final TypeReference<List<PricedLine>> LINES = new TypeReference<>() {};
    private static final String STATUS = """
            select id, customer, payment_method, total_minor, currency, lines, placed_at,
                   state, rejection_code, rejection_detail, rejection_sku, settled_at
            from customer_order join checkout on order_id = id
            """;

    private final Shards shards;
    private final JdbcCheckouts checkouts;
    private final CheckoutBacklog backlog;
    private final JsonMapper json = JsonMapper.shared();

    JdbcOrders(Shards shards, JdbcCheckouts checkouts, CheckoutBacklog backlog) {
        this.shards = shards;
        this.checkouts = checkouts;
        this.backlog = backlog;
    }

    @Override
    public PlaceResult place(Order order, Step first, @Nullable IdempotencyRecord request) {
        Bucket bucket = Bucket.parse(order.id().bucketCode());
        if (!backlog.tryAdmit(shards.shardOf(bucket))) {
            return findByKey(bucket, order, request).orElseGet(PlaceResult.BacklogFull::new);
        }
        return shards.transact(bucket, session -> {
            try {
                if (request != null && !claimKey(session.jdbc(), order, request)) {
                    return findByKey(session.jdbc(), order, request).orElseThrow();
                }
                insert(session.jdbc(), order);
                checkouts.begin(session, first);
                return new PlaceResult.Created();
            } catch (SQLException e) {
                throw new DataAccessResourceFailureException("cannot store the order on " + session.shard(), e);
            }
        });
    }

    private void insert(JdbcClient jdbc, Order order) {
        jdbc.sql("""
                insert into customer_order (id, bucket, customer, payment_method, total_minor, currency, lines)
                values (?, ?, ?, ?, ?, ?, ?::jsonb)""")
                .params(order.id().value(), bucketOf(order.id()), order.customer().value(), order.paymentMethod(),
                        order.total().minorUnits(), order.total().currency(), json.writeValueAsString(order.lines()))
                .update();
    }

    /** Inserts the key unless it exists; blocks while a concurrent transaction inserts it. */
    private static boolean claimKey(JdbcClient jdbc, Order order, IdempotencyRecord request) {
        return jdbc.sql("""
                insert into idempotency_key (customer, key, bucket, request_hash, order_id) values (?, ?, ?, ?, ?)
                on conflict do nothing""")
                .params(order.customer().value(), request.key(), bucketOf(order.id()), hash(request),
                        order.id().value())
                .update() == 1;
    }

    private Optional<PlaceResult> findByKey(Bucket bucket, Order order, @Nullable IdempotencyRecord request) {
        return request == null ? Optional.empty()
                : shards.read(bucket, jdbc -> findByKey(jdbc, order, request));
    }

    private static Optional<PlaceResult> findByKey(JdbcClient jdbc, Order order, IdempotencyRecord request) {
        return jdbc.sql("select order_id, request_hash from idempotency_key where customer = ? and key = ?")
                .params(order.customer().value(), request.key())
                .<PlaceResult>query((row, _) -> new PlaceResult.Duplicate(new OrderId(row.getString(1)),
                        Arrays.equals(row.getBytes(2), hash(request))))
                .optional();
    }

    private static byte[] hash(IdempotencyRecord request) {
        return HexFormat.of().parseHex(request.hash());
    }

    @Override
    public Optional<OrderStatus> find(OrderId id) {
        return shards.read(Bucket.parse(id.bucketCode()), jdbc -> {
            List<TimelineEntry> timeline = jdbc.sql(
                    """
                    select version, at, state, reply, commands from checkout_step where order_id = ? order by version""")
                    .param(id.value()).query(JdbcOrders::timelineEntry).list();
            return jdbc.sql(STATUS + "where id = ?").param(id.value()).query((row, _) -> status(row, timeline))
                    .optional();
        });
    }

    @Override
    public boolean isComplete(OrderId id) {
        return shards.read(Bucket.parse(id.bucketCode()),
                jdbc -> jdbc.sql("select settled_at is not null from checkout where order_id = ?").param(id.value())
                        .query(Boolean.class).optional().orElse(false));
    }

    @Override
    public List<OrderStatus> of(CustomerId customer, int limit, @Nullable OrderId after) {
        // "~" sorts after every id.
        return shards.read(Bucket.of(customer.value()),
                jdbc -> jdbc.sql(STATUS + "where customer = ? and id < ? order by id desc limit ?")
                        .params(customer.value(), after == null ? "~" : after.value(), limit)
                        .query((row, _) -> status(row, List.of())).list());
    }

    private OrderStatus status(ResultSet row, List<TimelineEntry> timeline) throws SQLException {
        List<PricedLine> lines = json.readValue(row.getString("lines"), LINES);
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
        return new OrderStatus(order, status, state, CheckoutRows.rejection(row), instant(row, "placed_at"),
                settledAt == null ? null : settledAt.toInstant(), timeline);
    }

    private static TimelineEntry timelineEntry(ResultSet row, int number) throws SQLException {
        return new TimelineEntry(row.getInt("version"), instant(row, "at"), row.getString("state"),
                row.getString("reply"), List.of((String[]) row.getArray("commands").getArray()));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static int bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode()).number();
    }
}
