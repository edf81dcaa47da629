package dev.faultline.order.ordering.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.BatchPacing;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.order.checkout.Step;
import dev.faultline.order.checkout.jdbc.CheckoutBacklog;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
import dev.faultline.order.checkout.jdbc.CheckoutRows;
import dev.faultline.order.checkout.jdbc.JdbcCheckouts;
import dev.faultline.order.ordering.IdempotencyRecord;
import dev.faultline.order.ordering.Order;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.OrderStatus.Status;
import dev.faultline.order.ordering.OrderStatus.TimelineEntry;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.Orders.PlaceResult;
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Batcher;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.jspecify.annotations.Nullable;

/** Stores new orders, those of one shard in batches. */
final class OrderPlacements {
    private static final int LARGEST_BATCH = 200;
    private static final int MOST_WAITING = 1_000;
    /** As long as for a connection. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

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
    private final Map<ShardName, Batcher<Placing, PlaceResult>> batchers = new ConcurrentHashMap<>();

    OrderPlacements(Shards shards, Outbox outbox, MessageTracing tracing, CheckoutBacklog backlog,
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
            return OrderRows.bucketOf(order.id());
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

    /** As {@link Orders#place}. */
    PlaceResult place(Order order, Step first, @Nullable IdempotencyRecord request) {
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
            return batchers.computeIfAbsent(shard, _ -> batcher()).call(one);
        } catch (RejectedExecutionException e) {
            return new PlaceResult.BacklogFull();
        }
    }

    private Batcher<Placing, PlaceResult> batcher() {
        var pacing = new BatchPacing(properties.batchInterval(), 1);
        return new Batcher<>(LARGEST_BATCH, MOST_WAITING, LONGEST_WAIT, pacing::delay, batch -> {
            pacing.add(batch.size());
            return place(batch);
        });
    }

    private List<PlaceResult> place(List<Placing> batch) {
        var placed = new HashMap<OrderId, Instant>();
        shards.write(batch, Placing::bucket, new BatchStatement<>(PLACE, this::parameters,
                row -> placed.put(new OrderId(row.getString(1)), OrderRows.instant(row, "placed_at"))));
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
            strings(batch, one -> OrderRows.json(one.order.lines())), strings(batch, Placing::traceparent),
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

    private static @Nullable String[] strings(List<Placing> batch, Function<Placing, @Nullable String> column) {
        return batch.stream().map(column).toArray(String[]::new);
    }
}
