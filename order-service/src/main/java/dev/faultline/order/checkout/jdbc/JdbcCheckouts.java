package dev.faultline.order.checkout.jdbc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.Message;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.order.checkout.Step;
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Repository;

/** Checkouts in the customer's shard. Thread-safe; blocks. */
@Repository
public class JdbcCheckouts {
    private static final Logger log = LoggerFactory.getLogger(JdbcCheckouts.class);
    private static final BatchStatement<OrderId, Versioned> LOAD = new BatchStatement<>("""
            select id, version, state, rejection_code, rejection_detail, rejection_sku,
                   lines, total_minor, currency, payment_method, customer
            from open_order where id = any(?)""",
            ids -> new Object[]{ids.stream().map(OrderId::value).toArray(String[]::new)}, row -> {
                CheckoutOrder order = CheckoutRows.order(row);
                return new Versioned(row.getInt("version"), CheckoutRows.read(row, order));
            });

    private final Shards shards;
    private final Transitions transitions;
    private final MessageTracing tracing;

    JdbcCheckouts(Shards shards, Transitions transitions, MessageTracing tracing) {
        this.shards = shards;
        this.transitions = transitions;
        this.tracing = tracing;
    }

    /** A checkout and the version of its row. */
    private record Versioned(int version, Checkout checkout) {}

    /**
     * Applies the replies to their checkouts and sends the commands that follow, in one statement per shard, so that one
     * round trip serves many orders. A reply that its checkout does not wait for changes nothing; that makes a repeated
     * reply harmless. When another instance has advanced a checkout meanwhile, the reply is applied to what it is now.
     */
    public void advance(List<ReceivedMessage<CheckoutReply>> replies) {
        List<ReceivedMessage<CheckoutReply>> left = replies;
        while (!left.isEmpty()) {
            left = advanceOnce(left);
        }
    }

    /** Takes one step of each order at most; returns the replies that are still to be applied. */
    private List<ReceivedMessage<CheckoutReply>> advanceOnce(List<ReceivedMessage<CheckoutReply>> replies) {
        Map<OrderId, Versioned> checkouts = load(replies);
        var causes = new LinkedHashMap<OrderId, ReceivedMessage<CheckoutReply>>();
        var steps = new ArrayList<Transition>();
        var left = new ArrayList<ReceivedMessage<CheckoutReply>>();
        for (ReceivedMessage<CheckoutReply> reply : replies) {
            OrderId id = reply.payload().orderId();
            Versioned from = checkouts.get(id);
            if (from == null) {
                log.debug("{} has no checkout in flight: {}", id, reply.payload());
            } else if (causes.containsKey(id)) {
                left.add(reply);
            } else {
                Step step = from.checkout.on(reply.payload());
                if (!step.next().equals(from.checkout)) {
                    causes.put(id, reply);
                    steps.add(transition(from, step, reply));
                }
            }
        }
        Set<OrderId> stored = new HashSet<>(shards.write(steps, Transition::bucket, transitions.statement()));
        steps.stream().filter(step -> stored.contains(step.order()) && step.next().isComplete()
                && (log.isDebugEnabled() || CheckoutRows.rejectionOf(step.next()) != null))
                .forEach(step -> tracing.runInSpan(cause(causes, step), () -> log(step)));
        // Another instance was faster: decided again, ahead of later replies.
        steps.stream().filter(step -> !stored.contains(step.order())).map(step -> cause(causes, step))
                .forEach(left::addFirst);
        return left;
    }

    private static ReceivedMessage<CheckoutReply> cause(Map<OrderId, ReceivedMessage<CheckoutReply>> causes,
            Transition step) {
        return Objects.requireNonNull(causes.get(step.order()));
    }

    private Map<OrderId, Versioned> load(Collection<ReceivedMessage<CheckoutReply>> replies) {
        var checkouts = new HashMap<OrderId, Versioned>();
        shards.read(replies.stream().map(reply -> reply.payload().orderId()).distinct().toList(),
                JdbcCheckouts::bucketOf, LOAD).forEach(one -> checkouts.put(one.checkout.order().id(), one));
        return checkouts;
    }

    private static Transition transition(Versioned from, Step step, ReceivedMessage<CheckoutReply> reply) {
        return new Transition(from.version, step.next(), reply.payload().getClass().getSimpleName(), 0, step.commands()
                .stream().map(command -> reply.reply(topicOf(command), reply.payload().orderId().value(), command))
                .toList());
    }

    private static void log(Transition completed) {
        Rejection rejection = CheckoutRows.rejectionOf(completed.next());
        try (var _ = MDC.putCloseable("orderId", completed.order().value())) {
            if (rejection == null) {
                log.debug("Confirmed");
            } else {
                log.info("Rejected: {}, {}", rejection.code(), rejection.detail());
            }
        }
    }

    /** The topic of a command. */
    public static String topicOf(Message command) {
        return switch (command) {
            case InventoryCommand _ -> InventoryCommand.TOPIC;
            case PaymentCommand _ -> PaymentCommand.TOPIC;
            case CheckoutReply _ -> CheckoutReply.TOPIC;
        };
    }

    private static Bucket bucketOf(OrderId id) {
        return Bucket.parse(id.bucketCode());
    }
}
