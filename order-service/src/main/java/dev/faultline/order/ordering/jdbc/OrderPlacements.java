package dev.faultline.order.ordering.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
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
import dev.faultline.order.ordering.CustomerId;
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
    static final int LARGEST_BATCH = 200;
    static final int MOST_WAITING = 1_000;
    /** As long as for a connection. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

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

    private static final BatchStatement<Claim, Key> FIND_KEYS = new BatchStatement<>("""
            select customer, key, order_id, request_hash from idempotency_key
            where (customer, key) in (select * from unnest(?::text[], ?::text[]))""", batch -> new Object[]{
        strings(batch, claim -> claim.customer.value()), strings(batch, claim -> claim.request.key())},
            row -> new Key(row.getString(1), row.getString(2), new OrderId(row.getString(3)), row.getBytes(4)));

    private static final Comparator<Placing> BY_KEY = Comparator.comparing((Placing one) -> one.order.customer()
            .value())
            .thenComparing(Placing::key, Comparator.nullsFirst(Comparator.naturalOrder()));

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

        @Nullable
        Claim claim() {
            return request == null ? null : new Claim(order.customer(), request);
        }

        byte @Nullable [] hash() {
            return request == null ? null : hashOf(request);
        }
    }

    /** A customer's use of a key. */
    private record Claim(CustomerId customer, IdempotencyRecord request) {
        Bucket bucket() {
            return Bucket.of(customer.value());
        }
    }

    private static byte[] hashOf(IdempotencyRecord request) {
        return HexFormat.of().parseHex(request.hash());
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Key(String customer, String key, OrderId order, byte[] hash) {
        boolean isOf(Claim claim) {
            return customer.equals(claim.customer.value()) && key.equals(claim.request.key());
        }

        PlaceResult.Duplicate duplicate(Claim claim) {
            return new PlaceResult.Duplicate(order, Arrays.equals(hash, hashOf(claim.request)));
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
            return request == null ? new PlaceResult.BacklogFull() : earlier(order.customer(), request)
                    .<PlaceResult>map(Function.identity()).orElseGet(PlaceResult.BacklogFull::new);
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
        Map<Claim, PlaceResult.Duplicate> duplicates = duplicates(batch.stream().filter(one -> !placed.containsKey(
                one.order.id())).map(Placing::claim).filter(Objects::nonNull).distinct().toList());
        return batch.stream().<PlaceResult>map(one -> {
            Instant placedAt = placed.get(one.order.id());
            return placedAt == null ? Objects.requireNonNull(duplicates.get(one.claim()))
                    : new PlaceResult.Created(status(one, placedAt));
        }).toList();
    }

    private Object[] parameters(List<Placing> unordered) {
        // In the order of the keys, so that concurrent batches with the same keys cannot deadlock.
        List<Placing> batch = unordered.stream().sorted(BY_KEY).toList();
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

    /** As {@link Orders#earlier}. */
    Optional<PlaceResult.Duplicate> earlier(CustomerId customer, IdempotencyRecord request) {
        return duplicates(List.of(new Claim(customer, request))).values().stream().findFirst();
    }

    private Map<Claim, PlaceResult.Duplicate> duplicates(List<Claim> claims) {
        List<Key> keys = shards.read(claims, Claim::bucket, FIND_KEYS);
        return claims.stream().flatMap(claim -> keys.stream().filter(key -> key.isOf(claim)).limit(1)
                .map(key -> Map.entry(claim, key.duplicate(claim))))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static <T> @Nullable String[] strings(List<T> batch, Function<T, @Nullable String> column) {
        return batch.stream().map(column).toArray(String[]::new);
    }
}
