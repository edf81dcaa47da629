package dev.faultline.order.checkout.jdbc;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.Outbox;
import dev.faultline.order.checkout.Rejection;
import dev.faultline.sharding.BatchStatement;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Stores transitions, one per order, and sends their messages, in one statement for the whole batch. The version in the
 * condition is the guard: a transition that was decided on an older version changes nothing and sends nothing.
 */
@Component
class Transitions {
    private static final String SQL = """
            with step as (
                select * from unnest(?::text[], ?::int[], ?::date[], ?::text[], ?::boolean[], ?::text[], ?::text[], ?::text[],
                                     ?::text[], ?::int[], ?::bigint[])
                    as step(id, version, month, state, completes, rejection_code, rejection_detail, rejection_sku, cause,
                            redrives, timeout_ms)
            ), moved as (
                update open_order o
                set version = o.version + 1, state = step.state, rejection_code = step.rejection_code,
                    rejection_detail = step.rejection_detail, rejection_sku = step.rejection_sku,
                    redrives = step.redrives, deadline_at = now() + step.timeout_ms * interval '1 millisecond',
                    step_at = o.step_at || now(), step_state = o.step_state || step.state,
                    step_cause = o.step_cause || step.cause
                from step where o.id = step.id and o.version = step.version and not step.completes
                returning o.id
            ), closed as (
                delete from open_order o using step
                where o.id = step.id and o.version = step.version and step.completes
                returning o.id, step.month, o.bucket, o.customer, o.payment_method, o.total_minor, o.currency, o.lines,
                    o.placed_at, o.version + 1, step.state, step.rejection_code, step.rejection_detail, step.rejection_sku,
                    now(), o.step_at || now(), o.step_state || step.state, o.step_cause || step.cause
            ), completed as (
                insert into completed_order select * from closed returning id
            ), notified as (
                select pg_notify('order_completed', string_agg(id, ' ')) from completed having count(*) > 0
            ), stored as (
                select id from moved union all select id from completed
            )
            select id, (select count(*) from notified) from stored, outbox_send(?, ?, array(select id from stored))""";

    private final Outbox outbox;
    private final CheckoutProperties properties;

    Transitions(Outbox outbox, CheckoutProperties properties) {
        this.outbox = outbox;
        this.properties = properties;
    }

    /** Returns the orders whose transitions were stored. */
    BatchStatement<Transition, OrderId> statement() {
        return new BatchStatement<>(SQL, this::parameters, row -> new OrderId(row.getString(1)));
    }

    private Object[] parameters(List<Transition> unordered) {
        // In one order, so that concurrent batches of steps, or of completions, cannot deadlock. A batch with both locks the
        // steps first and may; PostgreSQL ends one of the two after a second, and its messages are handled again.
        List<Transition> batch = unordered.stream().sorted(Comparator.comparing(Transition::order)).toList();
        Outbox.Encoded messages = outbox.encode(batch.stream().flatMap(one -> one.messages().stream()).toList());
        return new Object[]{strings(batch, one -> one.order().value()),
            batch.stream().mapToInt(Transition::version).toArray(),
            strings(batch, one -> CheckoutRows.monthOf(one.order())),
            strings(batch, one -> CheckoutRows.stateOf(one.next())),
            batch.stream().map(one -> one.next().isComplete()).toArray(Boolean[]::new),
            strings(batch, one -> rejection(one, rejection -> rejection.code().name())),
            strings(batch, one -> rejection(one, Rejection::detail)),
            strings(batch, one -> rejection(one, rejection -> rejection.sku() == null ? null : rejection.sku()
                    .value())),
            strings(batch, Transition::cause), batch.stream().mapToInt(Transition::redrives).toArray(),
            batch.stream().mapToLong(one -> properties.replyTimeout(one.redrives()).toMillis()).toArray(), messages
                    .keys(),
            messages.contents()};
    }

    private static @Nullable String rejection(Transition one, Function<Rejection, @Nullable String> column) {
        Rejection rejection = CheckoutRows.rejectionOf(one.next());
        return rejection == null ? null : column.apply(rejection);
    }

    private static @Nullable String[] strings(List<Transition> batch, Function<Transition, @Nullable String> column) {
        return batch.stream().map(column).toArray(String[]::new);
    }
}
