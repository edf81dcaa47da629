package dev.faultline.order.ordering.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.Outbox;
import dev.faultline.order.checkout.Step;
import dev.faultline.order.checkout.jdbc.CheckoutBacklog;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
import dev.faultline.order.checkout.jdbc.CheckoutRows;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.IdempotencyRecord;
import dev.faultline.order.ordering.Order;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.Orders;
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

/** Orders in the customer's shard: those whose checkout is in flight in one table, the completed ones in another. */
@Repository
class JdbcOrders implements Orders {
    /**
     * The month of each id spares the look-up in the other months' partitions, and "offset 0" keeps the look-up a probe of the
     * primary key for each id.
     */
    private static final BatchStatement<OrderId, OrderStatus> FIND = new BatchStatement<>("select " + OrderRows.COLUMNS
            + "null as settled_at from open_order where id = any(?::text[]) union all select completed.*"
            + " from unnest(?::text[], ?::date[]) as wanted(wanted_id, wanted_month), lateral (select "
            + OrderRows.COLUMNS
            + "settled_at from completed_order where id = wanted_id and month = wanted_month offset 0) as completed",
            ids -> {
                String[] values = ids.stream().map(OrderId::value).toArray(String[]::new);
                return new Object[]{values, values, ids.stream().map(CheckoutRows::monthOf).toArray(String[]::new)};
            }, OrderRows::status);

    /** Open orders are found by the range of their bucket in the primary key. "~" sorts after every id. */
    private static final String OF_CUSTOMER = "select * from ((select " + OrderRows.COLUMNS + """
            null as settled_at from open_order where id between ? and ? and id < ? and customer = ? order by id desc limit ?)
            union all (select\s""" + OrderRows.COLUMNS + """
            settled_at from completed_order where customer = ? and id < ? order by id desc limit ?)) as status
            order by id desc limit ?""";

    private final Shards shards;
    private final OrderPlacements placements;
    private final Map<ShardName, Batcher<OrderId, Optional<OrderStatus>>> finding = new ConcurrentHashMap<>();

    JdbcOrders(Shards shards, Outbox outbox, MessageTracing tracing, CheckoutBacklog backlog,
            CheckoutProperties properties) {
        this.shards = shards;
        this.placements = new OrderPlacements(shards, outbox, tracing, backlog, properties);
    }

    @Override
    public PlaceResult place(Order order, Step first, @Nullable IdempotencyRecord request) {
        return placements.place(order, first, request);
    }

    @Override
    public Optional<PlaceResult.Duplicate> earlier(CustomerId customer, IdempotencyRecord request) {
        return placements.earlier(customer, request);
    }

    @Override
    public Optional<OrderStatus> find(OrderId id) {
        try {
            return finding.computeIfAbsent(shards.shardOf(OrderRows.bucketOf(id)),
                    _ -> new Batcher<>(OrderPlacements.LARGEST_BATCH, OrderPlacements.MOST_WAITING,
                            OrderPlacements.LONGEST_WAIT, () -> Duration.ZERO, this::find))
                    .call(id);
        } catch (RejectedExecutionException e) {
            throw new TransientDataAccessResourceException("too many orders are being read", e);
        }
    }

    @Override
    public Optional<OrderStatus> find(OrderId id, Reads reads) {
        return reads.of(OrderRows.bucketOf(id), session -> FIND.execute(session, List.of(id)).stream().findFirst(),
                () -> find(
                        id));
    }

    private List<Optional<OrderStatus>> find(List<OrderId> batch) {
        Map<OrderId, OrderStatus> found = shards.read(batch, OrderRows::bucketOf, FIND).stream()
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
                customer.value(), before, limit, limit).query((row, _) -> OrderRows.status(row).withoutTimeline())
                .list();
    }
}
