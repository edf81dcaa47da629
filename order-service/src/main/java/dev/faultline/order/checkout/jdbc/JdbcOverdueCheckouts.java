package dev.faultline.order.checkout.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.faultline.contracts.OrderId;
import dev.faultline.discovery.FencingToken;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.order.checkout.Step;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.FencingTokens;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.ShardSession;
import dev.faultline.sharding.Shards;
import dev.faultline.sharding.StaleLeaderException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Checkouts whose deadline has passed, by the database's clock. Thread-safe; calls block. */
@Repository
public class JdbcOverdueCheckouts {
    private static final Logger log = LoggerFactory.getLogger(JdbcOverdueCheckouts.class);
    /** The role of the leader's fencing token on the shards. */
    private static final String ROLE = "checkout-sweep";

    private final Shards shards;
    private final Outbox outbox;
    private final CheckoutProperties properties;

    JdbcOverdueCheckouts(Shards shards, Outbox outbox, CheckoutProperties properties) {
        this.shards = shards;
        this.outbox = outbox;
        this.properties = properties;
    }

    /**
     * The result of one sweep of a shard.
     *
     * @param maxOverdue how long the longest overdue checkout has been overdue; zero if there is none
     */
    public record SweepResult(int redriven, int givenUp, Duration maxOverdue) {}

    /** An overdue checkout; it is updated only if its version is unchanged. */
    private record Overdue(int version, Checkout checkout, int redrives, boolean tooOld, @Nullable String traceparent,
            Duration age) {
        OrderId id() {
            return checkout.order().id();
        }

        Bucket bucket() {
            return JdbcCheckouts.bucketOf(id());
        }
    }

    private record Transition(Overdue from, Step step) {
        /** True also if the checkout's state does not allow it to be given up. */
        boolean isRedrive() {
            return step.next().equals(from.checkout);
        }

        String cause() {
            return isRedrive() ? "redrive" : "give-up";
        }

        int redrives() {
            return isRedrive() ? from.redrives + 1 : 0;
        }
    }

    /**
     * Redrives or gives up a batch of overdue checkouts in one transaction, the longest overdue first. Each gets a new
     * version, so that concurrent decisions on the old version fail. A checkout that has advanced since it was read is
     * skipped.
     *
     * @throws StaleLeaderException if the shard has seen a newer leader; nothing was changed
     * @throws org.springframework.dao.DataAccessException if the shard fails; nothing was changed
     */
    public SweepResult sweep(ShardName shard, FencingToken leader) {
        List<Overdue> overdue = shards.read(shard, this::overdue);
        Duration maxOverdue = overdue.isEmpty() ? Duration.ZERO : overdue.getFirst().age;
        // A checkout whose bucket is moving away is swept on the shard that owns the bucket.
        List<Overdue> own = overdue.stream().filter(one -> shards.shardOf(one.bucket()).equals(shard)).toList();
        if (own.isEmpty()) {
            return new SweepResult(0, 0, maxOverdue);
        }
        List<Transition> transitions = shards.transact(own.stream().map(Overdue::bucket).distinct().toList(),
                transaction -> {
                    var all = new ArrayList<Transition>();
                    for (ShardSession session : transaction.sessions()) {
                        FencingTokens.check(session, ROLE, leader);
                        all.addAll(apply(session, own.stream()
                                .filter(one -> transaction.on(one.bucket()).equals(session)).toList()));
                    }
                    return all;
                });
        transitions.forEach(JdbcOverdueCheckouts::log);
        int redriven = (int) transitions.stream().filter(Transition::isRedrive).count();
        return new SweepResult(redriven, transitions.size() - redriven, maxOverdue);
    }

    private List<Overdue> overdue(JdbcClient jdbc) {
        return jdbc.sql("""
                select order_id, version, state, rejection_code, rejection_detail, rejection_sku,
                       lines, total_minor, currency, payment_method, redrives, traceparent,
                       placed_at <= now() - ? * interval '1 millisecond' as too_old,
                       (extract(epoch from now() - deadline_at) * 1000)::bigint as overdue_ms
                from checkout join customer_order on id = order_id
                where deadline_at <= now() order by deadline_at limit ?""")
                .params(properties.giveUpAfter().toMillis(), properties.sweepBatch())
                .query(JdbcOverdueCheckouts::overdue).list();
    }

    private static Overdue overdue(ResultSet row, int number) throws SQLException {
        return new Overdue(row.getInt("version"), CheckoutRows.read(row, CheckoutRows.order(row)),
                row.getInt("redrives"), row.getBoolean("too_old"), row.getString("traceparent"),
                Duration.ofMillis(row.getLong("overdue_ms")));
    }

    private List<Transition> apply(ShardSession session, List<Overdue> overdue) {
        List<Transition> planned = overdue.stream().sorted(Comparator.comparing(Overdue::id))
                .map(one -> new Transition(one, one.tooOld ? one.checkout.giveUp() : one.checkout.redrive())).toList();
        try {
            List<Transition> transitions = update(session.connection(), planned);
            insertSteps(session.connection(), transitions);
            outbox.append(session.connection(), transitions.stream().flatMap(one -> one.step.commands().stream()
                    .map(command -> new OutgoingMessage(JdbcCheckouts.topicOf(command), one.from.id().value(), command,
                            one.from.traceparent)))
                    .toList());
            return transitions;
        } catch (SQLException e) {
            throw new UncategorizedSQLException("overdue checkouts on " + session.shard(), null, e);
        }
    }

    /**
     * Returns the transitions that were stored, which are those of checkouts with an unchanged version. Rows are locked
     * in the same order as by replies, to avoid deadlocks. No transition here completes a checkout; only replies do.
     */
    private List<Transition> update(Connection connection, List<Transition> planned) throws SQLException {
        try (var update = connection.prepareStatement("""
                update checkout set version = version + 1, state = ?, rejection_code = ?, rejection_detail = ?,
                    redrives = ?, deadline_at = now() + ? * interval '1 millisecond'
                where order_id = ? and version = ?""")) {
            for (Transition one : planned) {
                Rejection rejection = CheckoutRows.rejectionOf(one.step.next());
                update.setString(1, CheckoutRows.stateOf(one.step.next()));
                update.setString(2, rejection == null ? null : rejection.code().name());
                update.setString(3, rejection == null ? null : rejection.detail());
                update.setInt(4, one.redrives());
                update.setLong(5, properties.replyTimeout(one.redrives()).toMillis());
                update.setString(6, one.from.id().value());
                update.setInt(7, one.from.version);
                update.addBatch();
            }
            int[] updated = update.executeBatch();
            var transitions = new ArrayList<Transition>();
            for (int i = 0; i < updated.length; i++) {
                if (updated[i] == 1) {
                    transitions.add(planned.get(i));
                }
            }
            return transitions;
        }
    }

    private static void insertSteps(Connection connection, List<Transition> transitions) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into checkout_step (order_id, version, bucket, state, reply, commands)
                values (?, ?, ?, ?, ?, ?)""")) {
            for (Transition one : transitions) {
                insert.setString(1, one.from.id().value());
                insert.setInt(2, one.from.version + 1);
                insert.setInt(3, one.from.bucket().number());
                insert.setString(4, CheckoutRows.stateOf(one.step.next()));
                insert.setString(5, one.cause());
                insert.setObject(6, JdbcCheckouts.names(one.step.commands()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void log(Transition transition) {
        try (var _ = MDC.putCloseable("orderId", transition.from.id().value())) {
            log.info("{} after a timeout in state {}", transition.isRedrive() ? "Redriven" : "Given up",
                    CheckoutRows.stateOf(transition.from.checkout));
        }
    }
}
