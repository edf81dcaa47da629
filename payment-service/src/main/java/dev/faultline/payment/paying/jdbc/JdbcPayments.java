package dev.faultline.payment.paying.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.payment.ledger.jdbc.JdbcLedger;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Pending;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Voiding;
import dev.faultline.payment.paying.Payments;
import dev.faultline.payment.paying.Step;
import dev.faultline.payment.paying.StoredPayment;
import dev.faultline.payment.paying.SupersededException;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardSession;
import dev.faultline.sharding.Shards;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.stereotype.Repository;

/** {@link Payments} in PostgreSQL. Rows are locked in the order of their ids, so that batches cannot deadlock. */
@Repository
class JdbcPayments implements Payments {
    private static final Logger log = LoggerFactory.getLogger(JdbcPayments.class);
    private static final List<Bucket> BUCKETS = IntStream.range(0, Bucket.COUNT).mapToObj(Bucket::new).toList();

    /** Longer than a void and its refund can take, so that a live holder keeps its lease. */
    private static final String LEASE = "now() + interval '60 seconds'";
    /** Exponential backoff from one to sixteen seconds, with up to a quarter of jitter. */
    private static final String NEXT_ATTEMPT = "now() + power(2, least(attempts, 4)) * (1 - random() / 4) * interval '1 second'";

    private final Shards shards;
    private final Outbox outbox;

    JdbcPayments(Shards shards, Outbox outbox) {
        this.shards = shards;
        this.outbox = outbox;
    }

    private record Stored(Payment payment, int version) {}

    private record Change(Payment next, int from) {}

    @FunctionalInterface
    private interface Work<I, T> {
        List<T> on(ShardSession session, List<I> items) throws SQLException;
    }

    @Override
    public List<LeasedPayment> lease(List<ReceivedCommand> commands) {
        return onShards(commands, command -> command.command().orderId(), this::lease);
    }

    private List<LeasedPayment> lease(ShardSession session, List<ReceivedCommand> commands) throws SQLException {
        Map<OrderId, Stored> stored = lock(session, commands);
        var leased = new ArrayList<LeasedPayment>();
        var changes = new ArrayList<Change>();
        var replies = new ArrayList<OutgoingMessage>();
        for (ReceivedCommand command : commands) {
            OrderId id = command.command().orderId();
            Stored before = stored.getOrDefault(id, new Stored(new Absent(id), 0));
            Step step = before.payment.on(command.command());
            if (step.next() instanceof Pending pending) {
                leased.add(new LeasedPayment(pending, before.version + 1, command.traceparent()));
            }
            if (step.next() instanceof Pending || !step.next().equals(before.payment)) {
                changes.add(new Change(step.next(), before.version));
            }
            if (step.reply() != null) {
                replies.add(message(step.reply(), command.traceparent()));
            }
        }
        insert(session.connection(), changes);
        update(session.connection(), changes, "attempts = 0", LEASE);
        outbox.append(session.connection(), replies);
        return leased;
    }

    private static Map<OrderId, Stored> lock(ShardSession session, List<ReceivedCommand> commands) {
        var stored = new HashMap<OrderId, Stored>();
        session.jdbc().sql("select * from payment where order_id = any(?) order by order_id for update")
                .param(commands.stream().map(i -> i.command().orderId().value()).toArray(String[]::new))
                .query((ResultSet row) -> {
                    Payment payment = PaymentRows.read(row);
                    stored.put(payment.orderId(), new Stored(payment, row.getInt("version")));
                });
        return stored;
    }

    @Override
    public List<LeasedPayment> leaseOverdueVoids(int limit) {
        var leased = new ArrayList<LeasedPayment>();
        shards.groupByShard(BUCKETS, Function.identity()).forEach((shard, buckets) -> {
            try {
                List<OrderId> overdue = shards.read(buckets.getFirst(), jdbc -> jdbc.sql("""
                        select order_id from payment where next_attempt_at <= now()
                        order by next_attempt_at limit ?""").param(limit).query(String.class).list()).stream()
                        .map(OrderId::new).toList();
                leased.addAll(onShards(overdue, Function.identity(), JdbcPayments::leaseOverdueVoids));
            } catch (DataAccessException e) {
                log.warn("Cannot lease the overdue voids of {}; retrying: {}", shard, e.getMessage());
            }
        });
        return leased;
    }

    /** Skips payments that another instance has leased or completed since. */
    private static List<LeasedPayment> leaseOverdueVoids(ShardSession session, List<OrderId> overdue) {
        return session.jdbc().sql("""
                update payment set version = version + 1, updated_at = now(), next_attempt_at = %s
                where order_id in (
                    select order_id from payment where order_id = any(?) and next_attempt_at <= now()
                    order by order_id for update skip locked)
                returning *""".formatted(LEASE)).param(overdue.stream().map(OrderId::value).toArray(String[]::new))
                .query((row, _) -> new LeasedPayment((Pending) PaymentRows.read(row), row.getInt("version"), null))
                .list();
    }

    @Override
    public void record(List<Outcome> outcomes) {
        List<OrderId> superseded = onShards(outcomes, one -> one.from().payment().orderId(), this::record);
        if (!superseded.isEmpty()) {
            throw new SupersededException("payments have been leased again: " + superseded);
        }
    }

    private List<OrderId> record(ShardSession session, List<Outcome> outcomes) throws SQLException {
        Set<OrderId> superseded = update(session.connection(),
                outcomes.stream().map(one -> new Change(one.step().next(), one.from().version())).toList(),
                "attempts = attempts + 1", NEXT_ATTEMPT);
        List<Outcome> recorded = outcomes.stream()
                .filter(one -> !superseded.contains(one.from().payment().orderId())).toList();
        JdbcLedger.append(session.connection(),
                recorded.stream().flatMap(one -> one.step().transfers().stream()).toList());
        outbox.append(session.connection(),
                recorded.stream().flatMap(one -> Optional.ofNullable(one.step().reply())
                        .map(reply -> message(reply, one.from().traceparent())).stream()).toList());
        return List.copyOf(superseded);
    }

    @Override
    public Optional<StoredPayment> find(OrderId id) {
        return shards.read(bucketOf(id), jdbc -> jdbc.sql("select * from payment where order_id = ?")
                .param(id.value()).query((row, _) -> new StoredPayment(PaymentRows.read(row), instant(row,
                        "created_at"),
                        instant(row, "updated_at"), JdbcLedger.of(jdbc, id)))
                .optional());
    }

    private static void insert(Connection transaction, List<Change> changes) throws SQLException {
        try (var insert = transaction.prepareStatement("""
                insert into payment (order_id, bucket, status, amount_minor, currency, payment_method, version)
                values (?, ?, ?, ?, ?, ?, 1) on conflict do nothing""")) {
            for (Change change : inOrder(changes, true)) {
                insert.setString(1, change.next.orderId().value());
                insert.setInt(2, bucketOf(change.next.orderId()).number());
                insert.setString(3, change.next.status().name());
                PaymentRows.setDetails(insert, 4, change.next);
                insert.addBatch();
            }
            for (int inserted : insert.executeBatch()) {
                if (inserted == 0) {
                    throw new SupersededException("another instance inserted the same payment concurrently");
                }
            }
        }
    }

    /** Returns the payments whose version has changed; they are not updated. */
    private static Set<OrderId> update(Connection transaction, List<Change> changes, String attempts, String next)
            throws SQLException {
        List<Change> inOrder = inOrder(changes, false);
        var superseded = new HashSet<OrderId>();
        try (var update = transaction.prepareStatement("""
                update payment set status = ?, decline_reason = ?, version = version + 1, updated_at = now(),
                    %s, next_attempt_at = case when ? then %s end
                where order_id = ? and version = ?""".formatted(attempts, next))) {
            for (Change change : inOrder) {
                update.setString(1, change.next.status().name());
                update.setString(2, change.next.declineReason());
                update.setBoolean(3, change.next instanceof Voiding || change.next instanceof Refunding);
                update.setString(4, change.next.orderId().value());
                update.setInt(5, change.from);
                update.addBatch();
            }
            int[] updated = update.executeBatch();
            for (int i = 0; i < updated.length; i++) {
                if (updated[i] == 0) {
                    superseded.add(inOrder.get(i).next.orderId());
                }
            }
        }
        return superseded;
    }

    private static List<Change> inOrder(List<Change> changes, boolean isNew) {
        return changes.stream().filter(change -> (change.from == 0) == isNew)
                .sorted(Comparator.comparing(change -> change.next.orderId())).toList();
    }

    /** One transaction per shard, so that one commit serves many payments. */
    private <I, T> List<T> onShards(Collection<I> items, Function<I, OrderId> idOf, Work<I, T> work) {
        var results = new ArrayList<T>();
        Function<I, Bucket> bucket = item -> bucketOf(idOf.apply(item));
        shards.groupByShard(items, bucket).values().forEach(group -> results
                .addAll(shards.transact(group.stream().map(bucket).distinct().toList(), transaction -> {
                    var done = new ArrayList<T>();
                    // There is more than one session only if buckets of the group have just moved apart.
                    for (ShardSession session : transaction.sessions()) {
                        List<I> here = group.stream()
                                .filter(item -> transaction.on(bucket.apply(item)).equals(session)).toList();
                        try {
                            done.addAll(work.on(session, here));
                        } catch (SQLException e) {
                            throw new UncategorizedSQLException("payments on " + session.shard(), null, e);
                        }
                    }
                    return done;
                })));
        return results;
    }

    private static OutgoingMessage message(CheckoutReply reply, @Nullable String traceparent) {
        return new OutgoingMessage(CheckoutReply.TOPIC, reply.orderId().value(), reply, traceparent);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Bucket bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode());
    }
}
