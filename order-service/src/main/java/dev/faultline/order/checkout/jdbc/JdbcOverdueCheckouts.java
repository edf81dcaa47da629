package dev.faultline.order.checkout.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import dev.faultline.contracts.OrderId;
import dev.faultline.discovery.FencingToken;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.order.checkout.Checkout;
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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Checkouts whose deadline has passed, by their database's clock. Thread-safe; blocks. */
@Repository
public class JdbcOverdueCheckouts {
    private static final Logger log = LoggerFactory.getLogger(JdbcOverdueCheckouts.class);
    /** The name of the leader's fencing token on the shards. */
    private static final String ROLE = "checkout-sweep";

    private final Shards shards;
    private final Transitions transitions;
    private final CheckoutProperties properties;

    JdbcOverdueCheckouts(Shards shards, Transitions transitions, CheckoutProperties properties) {
        this.shards = shards;
        this.transitions = transitions;
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
            return Bucket.parse(id().bucketCode());
        }

        /** Redrives also if the checkout's state does not allow it to be given up. */
        Transition transition() {
            Step step = tooOld ? checkout.giveUp() : checkout.redrive();
            boolean isRedrive = step.next().equals(checkout);
            return new Transition(version, step.next(), isRedrive ? "redrive" : "give-up", isRedrive ? redrives + 1 : 0,
                    step.commands().stream().map(command -> new OutgoingMessage(JdbcCheckouts.topicOf(command),
                            id().value(), command, traceparent)).toList());
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
        List<Transition> taken = shards.transact(own.stream().map(Overdue::bucket).distinct().toList(), transaction -> {
            var all = new ArrayList<Transition>();
            for (ShardSession session : transaction.sessions()) {
                FencingTokens.check(session, ROLE, leader);
                List<Transition> here = own.stream().filter(one -> transaction.on(one.bucket()).equals(session))
                        .map(Overdue::transition).toList();
                var stored = new HashSet<>(transitions.statement().execute(session, here));
                here.stream().filter(one -> stored.contains(one.order())).forEach(all::add);
            }
            return all;
        });
        taken.forEach(JdbcOverdueCheckouts::log);
        int redriven = (int) taken.stream().filter(JdbcOverdueCheckouts::isRedrive).count();
        return new SweepResult(redriven, taken.size() - redriven, maxOverdue);
    }

    /** Reads the whole table, which holds only checkouts in flight, so that a step need not maintain an index. */
    private List<Overdue> overdue(JdbcClient jdbc) {
        return jdbc.sql("""
                select id, version, state, rejection_code, rejection_detail, rejection_sku,
                       lines, total_minor, currency, payment_method, customer, redrives, traceparent,
                       placed_at <= now() - ? * interval '1 millisecond' as too_old,
                       (extract(epoch from now() - deadline_at) * 1000)::bigint as overdue_ms
                from open_order where deadline_at <= now() order by deadline_at limit ?""")
                .params(properties.giveUpAfter().toMillis(), properties.sweepBatch())
                .query(JdbcOverdueCheckouts::overdue).list();
    }

    private static Overdue overdue(ResultSet row, int number) throws SQLException {
        return new Overdue(row.getInt("version"), CheckoutRows.read(row, CheckoutRows.order(row)),
                row.getInt("redrives"), row.getBoolean("too_old"), row.getString("traceparent"),
                Duration.ofMillis(row.getLong("overdue_ms")));
    }

    private static boolean isRedrive(Transition taken) {
        return taken.redrives() > 0;
    }

    private static void log(Transition taken) {
        try (var _ = MDC.putCloseable("orderId", taken.order().value())) {
            log.info(isRedrive(taken) ? "The reply is overdue; sent the command of {} again"
                    : "The order is too old; continues with {}", CheckoutRows.stateOf(taken.next()));
        }
    }
}
