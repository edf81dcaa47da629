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

/** Checkouts whose deadline has passed, by their database's clock. Thread-safe; blocks. */
@Repository
public class JdbcOverdueCheckouts {
    private static final Logger log = LoggerFactory.getLogger(JdbcOverdueCheckouts.class);
    /** The name of the leader's fencing token on the shards. */
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
     * @param oldest how long the oldest deadline has been overdue; zero if none is
     */
    public record Swept(int redriven, int givenUp, Duration oldest) {}

    /** A checkout as it was read; it is written only if its version is unchanged. */
    private record Overdue(int version, Checkout checkout, int redrives, boolean tooOld, @Nullable String traceparent,
            Duration age) {
        OrderId id() {
            return checkout.order().id();
        }

        Bucket bucket() {
            return JdbcCheckouts.bucketOf(id());
        }
    }

    private record Taken(Overdue from, Step step) {
        /** Retries instead where nothing can be given up any more. */
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
     * Retries or gives up a batch of overdue checkouts in one transaction, the longest overdue first. Each gets a new
     * version, so a decision on the previous version is rejected. A checkout that has advanced since it was read is
     * skipped.
     *
     * @throws StaleLeaderException if the shard has seen a newer leader; nothing was changed
     * @throws org.springframework.dao.DataAccessException if the shard fails; nothing was changed
     */
    public Swept sweep(ShardName shard, FencingToken leader) {
        List<Overdue> overdue = shards.read(shard, this::overdue);
        Duration oldest = overdue.isEmpty() ? Duration.ZERO : overdue.getFirst().age;
        // A checkout whose bucket is moving is found on the shard that owns it.
        List<Overdue> own = overdue.stream().filter(one -> shards.shardOf(one.bucket()).equals(shard)).toList();
        if (own.isEmpty()) {
            return new Swept(0, 0, oldest);
        }
        List<Taken> taken = shards.transact(own.stream().map(Overdue::bucket).distinct().toList(), transaction -> {
            var all = new ArrayList<Taken>();
            for (ShardSession session : transaction.sessions()) {
                FencingTokens.admit(session, ROLE, leader);
                all.addAll(take(session, own.stream()
                        .filter(one -> transaction.on(one.bucket()).equals(session)).toList()));
            }
            return all;
        });
        taken.forEach(JdbcOverdueCheckouts::log);
        int redriven = (int) taken.stream().filter(Taken::isRedrive).count();
        return new Swept(redriven, taken.size() - redriven, oldest);
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

    private List<Taken> take(ShardSession session, List<Overdue> overdue) {
        List<Taken> decided = overdue.stream().sorted(Comparator.comparing(Overdue::id))
                .map(one -> new Taken(one, one.tooOld ? one.checkout.giveUp() : one.checkout.redrive())).toList();
        try {
            List<Taken> taken = update(session.connection(), decided);
            insertSteps(session.connection(), taken);
            outbox.append(session.connection(), taken.stream().flatMap(one -> one.step.commands().stream()
                    .map(command -> new OutgoingMessage(JdbcCheckouts.topicOf(command), one.from.id().value(), command,
                            one.from.traceparent)))
                    .toList());
            return taken;
        } catch (SQLException e) {
            throw new UncategorizedSQLException("overdue checkouts on " + session.shard(), null, e);
        }
    }

    /**
     * Returns the checkouts whose version was unchanged. Rows are locked in the same order as replies lock them, so
     * that they cannot deadlock. No step here completes a checkout: that takes a reply.
     */
    private List<Taken> update(Connection connection, List<Taken> decided) throws SQLException {
        try (var update = connection.prepareStatement("""
                update checkout set version = version + 1, state = ?, rejection_code = ?, rejection_detail = ?,
                    redrives = ?, deadline_at = now() + ? * interval '1 millisecond'
                where order_id = ? and version = ?""")) {
            for (Taken one : decided) {
                Rejection rejection = CheckoutRows.rejectionOf(one.step.next());
                update.setString(1, CheckoutRows.stateOf(one.step.next()));
                update.setString(2, rejection == null ? null : rejection.code().name());
                update.setString(3, rejection == null ? null : rejection.detail());
                update.setInt(4, one.redrives());
                update.setLong(5, properties.patience(one.redrives()).toMillis());
                update.setString(6, one.from.id().value());
                update.setInt(7, one.from.version);
                update.addBatch();
            }
            int[] updated = update.executeBatch();
            var taken = new ArrayList<Taken>();
            for (int i = 0; i < updated.length; i++) {
                if (updated[i] == 1) {
                    taken.add(decided.get(i));
                }
            }
            return taken;
        }
    }

    private static void insertSteps(Connection connection, List<Taken> taken) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into checkout_step (order_id, version, bucket, state, reply, commands)
                values (?, ?, ?, ?, ?, ?)""")) {
            for (Taken one : taken) {
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

    private static void log(Taken taken) {
        try (var _ = MDC.putCloseable("orderId", taken.from.id().value())) {
            log.info("{} for want of a reply: {}", taken.isRedrive() ? "Driven again" : "Given up",
                    CheckoutRows.stateOf(taken.from.checkout));
        }
    }
}
