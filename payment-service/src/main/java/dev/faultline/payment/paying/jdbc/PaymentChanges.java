package dev.faultline.payment.paying.jdbc;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Voiding;
import dev.faultline.payment.paying.PaymentDetails;
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Bucket;
import org.jspecify.annotations.Nullable;

/**
 * Stores changes of payments, one per order, writes their ledger transfers and sends their replies, in one statement for
 * the whole batch. The version in the condition is a fencing token: a change that was decided on an older version stores
 * nothing and sends nothing.
 */
final class PaymentChanges {
    private static final String SQL = """
            with change as (
                select * from unnest(?::text[], ?::int[], ?::int[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[],
                                     ?::text[], ?::boolean[])
                    as change(order_id, bucket, version, status, amount_minor, currency, payment_method, customer,
                              decline_reason, is_retried)
            ), inserted as (
                insert into payment (order_id, bucket, status, amount_minor, currency, payment_method, customer, version)
                select order_id, bucket, status, amount_minor, currency, payment_method, customer, 1
                from change where version = 0
                on conflict do nothing returning order_id
            ), updated as (
                update payment p
                set status = change.status, decline_reason = change.decline_reason, version = p.version + 1,
                    updated_at = now(), attempts = %s, next_attempt_at = case when is_retried then now() + %s end
                from change where p.order_id = change.order_id and p.version = change.version
                returning p.order_id
            ), stored as (
                select order_id from inserted union all select order_id from updated
            ), transferred as (
                insert into ledger_transfer (order_id, bucket, kind, debit_account, credit_account, amount_minor, currency)
                select * from unnest(?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[])
                    as transfer(order_id, bucket, kind, debit_account, credit_account, amount_minor, currency)
                where order_id in (select order_id from stored)
                on conflict (order_id, kind) do nothing
            )
            select order_id from stored, outbox_send(?, ?, array(select order_id from stored))""";

    /** Longer than a void and its refund can take, so that a live holder keeps its lease. */
    private static final String LEASE = SQL.formatted("0", "interval '60 seconds'");

    /** Exponential backoff from one to sixteen seconds, with up to a quarter of jitter. */
    private static final String RECORD = SQL.formatted("p.attempts + 1",
            "power(2, least(p.attempts, 4)) * (1 - random() / 4) * interval '1 second'");

    /**
     * A message can be read from the log, answered and followed by the next command before its transaction is visible to
     * others. The lock waits for that transaction, so that a reply is never decided on what was there before it.
     */
    private static final String REPLY = """
            with decided as (
                select * from unnest(?::text[], ?::int[]) as decided(order_id, version)
            ), current as (
                select p.order_id from decided join payment p using (order_id) where p.version = decided.version
                order by p.order_id for update of p
            ), valid as (
                select order_id from current union all select order_id from decided where version = 0
            )
            select order_id from valid, outbox_send(?, ?, array(select order_id from valid))""";

    private final Outbox outbox;

    PaymentChanges(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Returns the orders whose payments are leased. */
    BatchStatement<PaymentChange, OrderId> lease() {
        return statement(LEASE);
    }

    /** Returns the orders whose outcomes were recorded. */
    BatchStatement<PaymentChange, OrderId> record() {
        return statement(RECORD);
    }

    /** Only sends the replies, of payments that do not change; returns their orders. */
    BatchStatement<PaymentChange, OrderId> reply() {
        return new BatchStatement<>(REPLY, batch -> {
            Outbox.Encoded replies = replies(batch);
            return new Object[]{strings(batch, one -> one.orderId().value()),
                batch.stream().mapToInt(PaymentChange::version).toArray(), replies.keys(), replies.contents()};
        }, row -> new OrderId(row.getString(1)));
    }

    private BatchStatement<PaymentChange, OrderId> statement(String sql) {
        return new BatchStatement<>(sql, this::parameters, row -> new OrderId(row.getString(1)));
    }

    private Object[] parameters(List<PaymentChange> unordered) {
        // In one order, so that concurrent batches cannot deadlock.
        List<PaymentChange> batch = unordered.stream().sorted(Comparator.comparing(PaymentChange::orderId)).toList();
        List<Transfer> transfers = batch.stream().flatMap(one -> one.step().transfers().stream()).toList();
        Outbox.Encoded replies = replies(batch);
        return new Object[]{strings(batch, one -> one.orderId().value()),
            batch.stream().mapToInt(one -> one.bucket().number()).toArray(),
            batch.stream().mapToInt(PaymentChange::version).toArray(),
            strings(batch, one -> one.step().next().status().name()),
            batch.stream().map(one -> detail(one, details -> details.amount().minorUnits())).toArray(Long[]::new),
            strings(batch, one -> detail(one, details -> details.amount().currency())),
            strings(batch, one -> detail(one, PaymentDetails::paymentMethod)),
            strings(batch, one -> detail(one, PaymentDetails::customer)),
            strings(batch, one -> one.step().next().declineReason()),
            batch.stream().map(one -> one.step().next() instanceof Voiding || one.step().next() instanceof Refunding)
                    .toArray(Boolean[]::new),
            strings(transfers, one -> one.orderId().value()),
            transfers.stream().mapToInt(one -> Bucket.parse(one.orderId().bucketCode()).number()).toArray(),
            strings(transfers, one -> one.kind().name()), strings(transfers, one -> one.kind().debit()),
            strings(transfers, one -> one.kind().credit()),
            transfers.stream().mapToLong(one -> one.amount().minorUnits()).toArray(),
            strings(transfers, one -> one.amount().currency()), replies.keys(), replies.contents()};
    }

    private Outbox.Encoded replies(List<PaymentChange> batch) {
        return outbox.encode(batch.stream().flatMap(one -> {
            CheckoutReply reply = one.step().reply();
            return reply == null ? Stream.empty()
                    : Stream.of(new OutgoingMessage(CheckoutReply.TOPIC, reply.orderId().value(), reply,
                            one.traceparent()));
        }).toList());
    }

    private static <T> @Nullable T detail(PaymentChange change, Function<PaymentDetails, @Nullable T> column) {
        PaymentDetails details = change.step().next().details();
        return details == null ? null : column.apply(details);
    }

    private static <T> @Nullable String[] strings(List<T> rows, Function<T, @Nullable String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
