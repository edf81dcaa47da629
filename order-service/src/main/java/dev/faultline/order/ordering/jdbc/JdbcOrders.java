package dev.faultline.order.ordering.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.BatchPacing;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.order.checkout.Step;
import dev.faultline.order.checkout.jdbc.CheckoutBacklog;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
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
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Batcher;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Orders in the customer's shard: those whose checkout is in flight in one table, the completed ones in another. */
@Repository
class JdbcOrders implements Orders {
    private static final int LARGEST_BATCH = 200;
    private static final int MOST_WAITING = 1_000;
    /** As long as for a connection. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final TypeReference<List<PricedLine>> LINES = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Orders whose key is taken are missing from the result, and nothing of them is stored or sent. */
    private static final String PLACE = """
            with new_order as (
                select * from unnest(?::text[], ?::int[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::json[],
                                     ?::text[], ?::text[], ?::bigint[], ?::text[], ?::bytea[])
                    as new_order(id, bucket, customer, payment_method, total_minor, currency, lines, traceparent, state,
                               timeout_ms, key, request_hash)
            ), claimed as (
                insert into idempotency_key (customer, key, bucket, request_hash, order_id)
                select customer, key, bucket, request_hash, id from new_order where key is not null
                on conflict do nothing returning order_id
            ), placed as (
                insert into open_order (id, bucket, customer, payment_method, total_minor, currency, lines, traceparent,
                    state, deadline_at, step_at, step_state, step_cause)
                select id, bucket, customer, payment_method, total_minor, currency, lines, traceparent, state,
                    now() + timeout_ms * interval '1 millisecond', array[now()], array[state], array[null::text]
                from new_order where key is null or id in (select order_id from claimed)
                returning id, placed_at
            )
            select id, placed_at from placed, outbox_send(?, ?, array(select id from placed))""";

    private static final String COLUMNS = "id, customer, payment_method, total_minor, currency, lines, placed_at, state,"
            + " rejection_code, rejection_detail, rejection_sku, step_at, step_state, step_cause, ";

    /**
     * The month of each id spares the look-up in the other months' partitions, and "offset 0" keeps the look-up a probe of the
     * primary key for each id.
     */
    private static final BatchStatement<OrderId, OrderStatus> FIND = new BatchStatement<>("select " + COLUMNS
            + "null as settled_at from open_order where id = any(?::text[]) union all select completed.*"
            + " from unnest(?::text[], ?::date[]) as wanted(wanted_id, wanted_month), lateral (select " + COLUMNS
            + "settled_at from completed_order where id = wanted_id and month = wanted_month offset 0) as completed",
            ids -> {
                String[] values = ids.stream().map(OrderId::value).toArray(String[]::new);
                return new Object[]{values, values, ids.stream().map(CheckoutRows::monthOf).toArray(String[]::new)};
            }, JdbcOrders::status);

    /** Open orders are found by the range of their bucket in the primary key. "~" sorts after every id. */
    private static final String OF_CUSTOMER = "select * from ((select " + COLUMNS + """
            null as settled_at from open_order where id between ? and ? and id < ? and customer = ? order by id desc limit ?)
            union all (select\s""" + COLUMNS + """
            settled_at from completed_order where customer = ? and id < ? order by id desc limit ?)) as status
            order by id desc limit ?""";

    private static final BatchStatement<Placing, Key> FIND_KEYS = new BatchStatement<>("""
            select customer, key, order_id, request_hash from idempotency_key
            where (customer, key) in (select * from unnest(?::text[], ?::text[]))""", batch -> new Object[]{
        strings(batch, placing -> placing.order.customer().value()), strings(batch, Placing::key)},
            row -> new Key(row.getString(1), row.getString(2), new OrderId(row.getString(3)), row.getBytes(4)));

    private final Shards shards;
    private final Outbox outbox;
    private final MessageTracing tracing;
    private final CheckoutBacklog backlog;
    private final CheckoutProperties properties;
    private final Map<ShardName, Batcher<Placing, PlaceResult>> placing = new ConcurrentHashMap<>();
    private final Map<ShardName, Batcher<OrderId, Optional<OrderStatus>>> finding = new ConcurrentHashMap<>();

    JdbcOrders(Shards shards, Outbox outbox, MessageTracing tracing, CheckoutBacklog backlog,
            CheckoutProperties properties) {
        this.shards = shards;
        this.outbox = outbox;
        this.tracing = tracing;
        this.backlog = backlog;
        this.properties = properties;
    }

    /** @param messages bear the trace of the request, which is not the one that runs the batch */
    private record Placing(Order order, Step first, @Nullable IdempotencyRecord request, @Nullable String traceparent,
            List<OutgoingMessage> messages) {
        Bucket bucket() {
            return bucketOf(order.id());
        }

        @Nullable
        String key() {
            return request == null ? null : request.key();
        }

        byte @Nullable [] hash() {
            return request == null ? null : HexFormat.of().parseHex(request.hash());
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Key(String customer, String key, OrderId order, byte[] hash) {
        boolean isOf(Placing placing) {
            return customer.equals(placing.order.customer().value()) && key.equals(placing.key());
        }

        PlaceResult duplicate(Placing placing) {
            return new PlaceResult.Duplicate(order, Arrays.equals(hash, placing.hash()));
        }
    }

    @Override
    public PlaceResult place(Order order, Step first, @Nullable IdempotencyRecord request) {
        String traceparent = tracing.currentTraceparent();
        var one = new Placing(order, first, request, traceparent, first.commands().stream()
                .map(command -> new OutgoingMessage(JdbcCheckouts.topicOf(command), order.id().value(), command,
                        traceparent))
                .toList());
        ShardName shard = shards.shardOf(one.bucket());
        if (!backlog.tryAdmit(shard)) {
            return duplicates(List.of(one)).getOrDefault(one, new PlaceResult.BacklogFull());
        }
        try {
            return placing.computeIfAbsent(shard, _ -> placingBatcher()).call(one);
        } catch (RejectedExecutionException e) {
            return new PlaceResult.BacklogFull();
        }
    }

    private Batcher<Placing, PlaceResult> placingBatcher() {
        var pacing = new BatchPacing(properties.batchInterval(), 1);
        return new Batcher<>(LARGEST_BATCH, MOST_WAITING, LONGEST_WAIT, pacing::delay, batch -> {
            pacing.add(batch.size());
            return place(batch);
        });
    }

    private List<PlaceResult> place(List<Placing> batch) {
        var placed = new HashMap<OrderId, Instant>();
        shards.write(batch, Placing::bucket, new BatchStatement<>(PLACE, this::parameters,
                row -> placed.put(new OrderId(row.getString(1)), instant(row, "placed_at"))));
        Map<Placing, PlaceResult> duplicates = duplicates(
                batch.stream().filter(one -> !placed.containsKey(one.order.id())).toList());
        return batch.stream().map(one -> {
            Instant placedAt = placed.get(one.order.id());
            return placedAt == null ? Objects.requireNonNull(duplicates.get(one))
                    : new PlaceResult.Created(status(one, placedAt));
        }).toList();
    }

    private Object[] parameters(List<Placing> batch) {
        Outbox.Encoded messages = outbox.encode(batch.stream().flatMap(one -> one.messages.stream()).toList());
        return new Object[]{strings(batch, one -> one.order.id().value()),
            batch.stream().mapToInt(one -> one.bucket().number()).toArray(),
            strings(batch, one -> one.order.customer().value()), strings(batch, one -> one.order.paymentMethod()),
            batch.stream().mapToLong(one -> one.order.total().minorUnits()).toArray(),
            strings(batch, one -> one.order.total().currency()),
            strings(batch, one -> JSON.writeValueAsString(one.order.lines())), strings(batch, Placing::traceparent),
            strings(batch, one -> CheckoutRows.stateOf(one.first.next())),
            batch.stream().mapToLong(_ -> properties.replyTimeout(0).toMillis()).toArray(), strings(batch,
                    Placing::key),
            batch.stream().map(Placing::hash).toArray(byte[][]::new), messages.keys(), messages.contents()};
    }

    private static OrderStatus status(Placing placed, Instant placedAt) {
        String state = CheckoutRows.stateOf(placed.first.next());
        List<String> commands = placed.first.commands().stream().map(command -> command.getClass().getSimpleName())
                .toList();
        return new OrderStatus(placed.order, Status.PENDING, state, null, placedAt, null,
                List.of(new TimelineEntry(1, placedAt, state, null, commands)));
    }

    private Map<Placing, PlaceResult> duplicates(List<Placing> batch) {
        List<Placing> keyed = batch.stream().filter(one -> one.request != null).toList();
        List<Key> keys = shards.read(keyed, Placing::bucket, FIND_KEYS);
        return keyed.stream().flatMap(one -> keys.stream().filter(key -> key.isOf(one)).limit(1)
                .map(key -> Map.entry(one, key.duplicate(one))))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public Optional<OrderStatus> find(OrderId id) {
        try {
            return finding.computeIfAbsent(shards.shardOf(bucketOf(id)),
                    _ -> new Batcher<>(LARGEST_BATCH, MOST_WAITING, LONGEST_WAIT, () -> Duration.ZERO, this::find))
                    .call(id);
        } catch (RejectedExecutionException e) {
            throw new TransientDataAccessResourceException("too many orders are being read", e);
        }
    }

    @Override
    public Optional<OrderStatus> find(OrderId id, Reads reads) {
        return reads.of(bucketOf(id), session -> FIND.execute(session, List.of(id)).stream().findFirst(), () -> find(
                id));
    }

    private List<Optional<OrderStatus>> find(List<OrderId> batch) {
        Map<OrderId, OrderStatus> found = shards.read(batch, JdbcOrders::bucketOf, FIND).stream()
                .collect(Collectors.toMap(status -> status.order().id(), Function.identity(), (one, _) -> one));
        return batch.stream().map(id -> Optional.ofNullable(found.get(id))).toList();
    }

    @Override
    public List<OrderStatus> of(CustomerId customer, int limit, @Nullable OrderId after, Reads reads) {
        Bucket bucket = Bucket.of(customer.value());
        Function<JdbcClient, List<OrderStatus>> query = jdbc -> page(jdbc, bucket, customer, limit, after);
        return reads.of(bucket, session -> query.apply(session.jdbc()), () -> shards.read(bucket, query));
    }

    private static List<OrderStatus> page(JdbcClient jdbc, Bucket bucket, CustomerId customer, int limit,
            @Nullable OrderId after) {
        String before = after == null ? "~" : after.value();
        return jdbc.sql(OF_CUSTOMER).params(bucket.code() + "-", bucket.code() + "-~", before, customer.value(), limit,
                customer.value(), before, limit, limit).query((row, _) -> status(row).withoutTimeline()).list();
    }

    private static OrderStatus status(ResultSet row) throws SQLException {
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

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Bucket bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode());
    }

    private static @Nullable String[] strings(List<Placing> batch, Function<Placing, @Nullable String> column) {
        return batch.stream().map(column).toArray(String[]::new);
    }
}
