package dev.faultline.payment.paying.jdbc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.messaging.Outbox;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Pending;
import dev.faultline.payment.paying.Payments;
import dev.faultline.payment.paying.Step;
import dev.faultline.payment.paying.SupersededException;
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Repository;

/** {@link Payments} in PostgreSQL. A batch takes one round trip per shard to read and one to write. */
@Repository
class JdbcPayments implements Payments {
    private static final Logger log = LoggerFactory.getLogger(JdbcPayments.class);

    private static final BatchStatement<OrderId, Versioned> READ = new BatchStatement<>(
            "select * from payment where order_id = any(?)",
            ids -> new Object[]{ids.stream().map(OrderId::value).toArray(String[]::new)},
            row -> new Versioned(PaymentRows.read(row), row.getInt("version")));

    /** Skips payments that another instance has leased or completed since. */
    private static final BatchStatement<OrderId, LeasedPayment> LEASE_OVERDUE = new BatchStatement<>("""
            update payment set version = version + 1, updated_at = now(), next_attempt_at = now() + interval '60 seconds'
            where order_id in (
                select order_id from payment where order_id = any(?) and next_attempt_at <= now()
                order by order_id for update skip locked)
            returning *""", ids -> new Object[]{ids.stream().map(OrderId::value).toArray(String[]::new)},
            row -> new LeasedPayment((Pending) PaymentRows.read(row), row.getInt("version"), null));

    private final Shards shards;
    private final PaymentChanges changes;

    JdbcPayments(Shards shards, Outbox outbox) {
        this.shards = shards;
        this.changes = new PaymentChanges(outbox);
    }

    private record Versioned(Payment payment, int version) {}

    /**
     * Optimistic: what another instance has changed since it was read is read and decided again. A charge is nearly always
     * the first that is heard of its payment, so it is first decided without reading.
     */
    @Override
    public List<LeasedPayment> lease(List<ReceivedCommand> commands) {
        var leased = new ArrayList<LeasedPayment>();
        List<ReceivedCommand> left = lease(commands, read(commands.stream()
                .filter(one -> !(one.command() instanceof ChargePayment)).toList()), leased);
        while (!left.isEmpty()) {
            left = lease(left, read(left), leased);
        }
        return leased;
    }

    private Map<OrderId, Versioned> read(List<ReceivedCommand> commands) {
        var known = new HashMap<OrderId, Versioned>();
        shards.read(commands.stream().map(one -> one.command().orderId()).toList(), JdbcPayments::bucketOf, READ)
                .forEach(one -> known.put(one.payment.orderId(), one));
        return known;
    }

    /** Adds to the leased payments; returns the commands that are to be decided again. */
    private List<ReceivedCommand> lease(List<ReceivedCommand> commands, Map<OrderId, Versioned> known,
            List<LeasedPayment> leased) {
        var changed = new LinkedHashMap<OrderId, PaymentChange>();
        var unchanged = new ArrayList<PaymentChange>();
        for (ReceivedCommand command : commands) {
            OrderId id = command.command().orderId();
            Versioned before = known.getOrDefault(id, new Versioned(new Absent(id), 0));
            Step step = before.payment.on(command.command());
            var change = new PaymentChange(step, before.version, command.traceparent());
            if (step.next() instanceof Pending || !step.next().equals(before.payment)) {
                changed.put(id, change);
            } else if (step.reply() != null) {
                unchanged.add(change);
            }
        }
        Set<OrderId> done = new HashSet<>(shards.write(unchanged, PaymentChange::bucket, changes.reply()));
        done.addAll(shards.write(changed.values(), PaymentChange::bucket, changes.lease()));
        for (PaymentChange change : changed.values()) {
            if (done.contains(change.orderId()) && change.step().next() instanceof Pending pending) {
                leased.add(new LeasedPayment(pending, change.version() + 1, change.traceparent()));
            }
        }
        Set<OrderId> replied = unchanged.stream().map(PaymentChange::orderId).collect(Collectors.toSet());
        return commands.stream().filter(command -> {
            OrderId id = command.command().orderId();
            return (changed.containsKey(id) || replied.contains(id)) && !done.contains(id);
        }).toList();
    }

    @Override
    public List<LeasedPayment> leaseOverdueVoids(int limit) {
        var leased = new ArrayList<LeasedPayment>();
        for (ShardName shard : shards.names()) {
            try {
                List<OrderId> overdue = shards.read(shard, jdbc -> jdbc.sql("""
                        select order_id from payment where next_attempt_at <= now()
                        order by next_attempt_at limit ?""").param(limit).query(String.class).list()).stream()
                        .map(OrderId::new).toList();
                leased.addAll(shards.write(overdue, JdbcPayments::bucketOf, LEASE_OVERDUE));
            } catch (DataAccessException e) {
                log.warn("Overdue voids on {} are postponed: {}", shard, e.getMessage());
            }
        }
        return leased;
    }

    @Override
    public void record(List<Outcome> outcomes) {
        List<PaymentChange> recorded = outcomes.stream()
                .map(one -> new PaymentChange(one.step(), one.from().version(), one.from().traceparent())).toList();
        Set<OrderId> stored = new HashSet<>(shards.write(recorded, PaymentChange::bucket, changes.record()));
        List<OrderId> superseded = recorded.stream().map(PaymentChange::orderId).filter(id -> !stored.contains(id))
                .toList();
        if (!superseded.isEmpty()) {
            throw new SupersededException("payments have been leased again: " + superseded);
        }
    }

    private static Bucket bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode());
    }
}
