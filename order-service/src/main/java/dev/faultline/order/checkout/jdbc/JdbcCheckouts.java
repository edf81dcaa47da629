package dev.faultline.order.checkout.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.Message;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.messaging.Inbox;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.order.checkout.Step;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardSession;
import dev.faultline.sharding.Shards;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.stereotype.Repository;

/** Checkouts in the customer's shard. */
@Repository
public class JdbcCheckouts {
    private static final Logger log = LoggerFactory.getLogger(JdbcCheckouts.class);

    private final Shards shards;
    private final Inbox inbox;
    private final Outbox outbox;
    private final MessageTracing tracing;
    private final CheckoutProperties properties;

    JdbcCheckouts(Shards shards, Inbox inbox, Outbox outbox, MessageTracing tracing, CheckoutProperties properties) {
        this.shards = shards;
        this.inbox = inbox;
        this.outbox = outbox;
        this.tracing = tracing;
        this.properties = properties;
    }

    /** A checkout and the version of its row. */
    private record Versioned(int version, Checkout checkout) {}

    /** A transition, which is stored as a row of the timeline. */
    private record Transition(OrderId order, int version, Checkout next, ReceivedMessage<CheckoutReply> cause,
            List<Message> commands) {}

    /** Starts a checkout in the transaction that places its order. */
    public void begin(ShardSession session, Step first) throws SQLException {
        OrderId id = first.next().order().id();
        int bucket = bucketOf(id).number();
        String state = CheckoutRows.stateOf(first.next());
        session.jdbc().sql("""
                insert into checkout (order_id, bucket, version, state, deadline_at, traceparent)
                values (?, ?, 1, ?, now() + ? * interval '1 millisecond', ?)""")
                .params(id.value(), bucket, state, properties.replyTimeout(0).toMillis()).param(tracing
                        .currentTraceparent())
                .update();
        session.jdbc()
                .sql("insert into checkout_step (order_id, version, bucket, state, commands) values (?, 1, ?, ?, ?)")
                .params(id.value(), bucket, state, names(first.commands())).update();
        outbox.append(session.connection(), first.commands().stream()
                .map(command -> new OutgoingMessage(topicOf(command), id.value(), command)).toList());
    }

    /**
     * Applies the replies to their checkouts and sends the resulting commands, in one transaction per shard, so that
     * one commit serves many orders. A duplicate reply changes nothing.
     *
     * @throws OptimisticLockingFailureException if another instance advanced one of the checkouts concurrently; nothing
     *        was changed on its shard, and a retry is safe
     */
    public void advance(List<ReceivedMessage<CheckoutReply>> replies) {
        shards.groupByShard(replies, JdbcCheckouts::bucketOf).forEach((_, onShard) -> {
            List<Bucket> buckets = onShard.stream().map(JdbcCheckouts::bucketOf).distinct().toList();
            List<Transition> transitions = shards.transact(buckets, transaction -> {
                ShardSession session = transaction.sessions().iterator().next();
                try {
                    return advance(session, onShard);
                } catch (SQLException e) {
                    throw new IllegalStateException("cannot process replies on " + session.shard(), e);
                }
            });
            transitions.stream().filter(step -> step.next.isComplete())
                    .forEach(step -> tracing.runInSpan(step.cause, () -> log(step)));
        });
    }

    private List<Transition> advance(ShardSession session, List<ReceivedMessage<CheckoutReply>> replies)
            throws SQLException {
        var fresh = inbox.claim(session.connection(), replies.stream().map(ReceivedMessage::id).toList());
        Map<OrderId, Versioned> before = load(session, replies);
        var after = new HashMap<>(before);
        var transitions = new ArrayList<Transition>();
        var commands = new ArrayList<OutgoingMessage>();
        for (ReceivedMessage<CheckoutReply> reply : replies) {
            OrderId id = reply.payload().orderId();
            Versioned checkout = after.get(id);
            if (checkout == null) {
                log.warn("Ignored a reply to an unknown order: {}", reply.payload());
            } else if (fresh.contains(reply.id())) {
                Step step = checkout.checkout.on(reply.payload());
                if (!step.next().equals(checkout.checkout)) {
                    after.put(id, new Versioned(checkout.version + 1, step.next()));
                    transitions.add(new Transition(id, checkout.version + 1, step.next(), reply, step.commands()));
                    step.commands().forEach(
                            command -> commands.add(reply.reply(topicOf(command), id.value(), command)));
                }
            }
        }
        store(session, before, after, transitions);
        outbox.append(session.connection(), commands);
        return transitions;
    }

    private Map<OrderId, Versioned> load(ShardSession session, List<ReceivedMessage<CheckoutReply>> replies) {
        var ids = replies.stream().map(reply -> reply.payload().orderId().value()).distinct().toArray(String[]::new);
        var checkouts = new HashMap<OrderId, Versioned>();
        session.jdbc().sql("""
                select order_id, version, state, rejection_code, rejection_detail, rejection_sku,
                       lines, total_minor, currency, payment_method
                from checkout join customer_order on id = order_id where order_id = any(?)""").param(ids)
                .query((ResultSet row) -> {
                    CheckoutOrder order = CheckoutRows.order(row);
                    checkouts.put(order.id(), new Versioned(row.getInt("version"), CheckoutRows.read(row, order)));
                });
        return checkouts;
    }

    private void store(ShardSession session, Map<OrderId, Versioned> before, Map<OrderId, Versioned> after,
            List<Transition> transitions) throws SQLException {
        if (transitions.isEmpty()) {
            return;
        }
        updateCheckouts(session.connection(), before,
                transitions.stream().map(Transition::order).distinct().sorted().toList(), after);
        insertSteps(session.connection(), transitions);
        var completed = transitions.stream().filter(step -> step.next.isComplete()).map(step -> step.order.value())
                .toArray(String[]::new);
        if (completed.length > 0) {
            session.jdbc().sql("select pg_notify('order_settled', id) from unnest(?) as id").param(completed)
                    .query(row -> {});
        }
    }

    /** The version in the condition is an optimistic lock. */
    private void updateCheckouts(Connection connection, Map<OrderId, Versioned> before, Collection<OrderId> ids,
            Map<OrderId, Versioned> after) throws SQLException {
        try (var update = connection.prepareStatement("""
                update checkout set version = ?, state = ?, rejection_code = ?, rejection_detail = ?,
                    rejection_sku = ?, settled_at = case when ? then now() end, redrives = 0,
                    deadline_at = case when ? then null else now() + ? * interval '1 millisecond' end
                where order_id = ? and version = ?""")) {
            for (OrderId id : ids) {
                Versioned next = require(after, id);
                Rejection rejection = CheckoutRows.rejectionOf(next.checkout);
                update.setInt(1, next.version);
                update.setString(2, CheckoutRows.stateOf(next.checkout));
                update.setString(3, rejection == null ? null : rejection.code().name());
                update.setString(4, rejection == null ? null : rejection.detail());
                update.setString(5, rejection == null || rejection.sku() == null ? null : rejection.sku().value());
                update.setBoolean(6, next.checkout.isComplete());
                update.setBoolean(7, next.checkout.isComplete());
                update.setLong(8, properties.replyTimeout(0).toMillis());
                update.setString(9, id.value());
                update.setInt(10, require(before, id).version);
                update.addBatch();
            }
            for (int changed : update.executeBatch()) {
                if (changed == 0) {
                    throw new OptimisticLockingFailureException("another instance advanced one of " + ids);
                }
            }
        }
    }

    private static Versioned require(Map<OrderId, Versioned> checkouts, OrderId id) {
        Versioned checkout = checkouts.get(id);
        if (checkout == null) {
            throw new IllegalStateException("no checkout for order " + id);
        }
        return checkout;
    }

    private static void insertSteps(Connection connection, List<Transition> transitions) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into checkout_step (order_id, version, bucket, state, reply, reply_id, commands)
                values (?, ?, ?, ?, ?, ?, ?)""")) {
            for (Transition step : transitions) {
                insert.setString(1, step.order.value());
                insert.setInt(2, step.version);
                insert.setInt(3, bucketOf(step.order).number());
                insert.setString(4, CheckoutRows.stateOf(step.next));
                insert.setString(5, step.cause.payload().getClass().getSimpleName());
                insert.setObject(6, step.cause.id());
                insert.setObject(7, names(step.commands));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void log(Transition completed) {
        Rejection rejection = CheckoutRows.rejectionOf(completed.next);
        try (var _ = MDC.putCloseable("orderId", completed.order.value())) {
            if (rejection == null) {
                log.info("Confirmed");
            } else {
                log.info("Rejected: {}, {}", rejection.code(), rejection.detail());
            }
        }
    }

    static String[] names(List<Message> commands) {
        return commands.stream().map(command -> command.getClass().getSimpleName()).toArray(String[]::new);
    }

    static String topicOf(Message command) {
        return switch (command) {
            case InventoryCommand _ -> InventoryCommand.TOPIC;
            case PaymentCommand _ -> PaymentCommand.TOPIC;
            case CheckoutReply _ -> CheckoutReply.TOPIC;
        };
    }

    private static Bucket bucketOf(ReceivedMessage<CheckoutReply> reply) {
        return bucketOf(reply.payload().orderId());
    }

    static Bucket bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode());
    }
}
