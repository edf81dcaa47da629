package dev.faultline.verification.seed;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.history.Buckets;

/** One service's database on one shard, and the rows of past orders that belong there. Rows that exist are left as they are. */
final class SeededDatabase implements AutoCloseable {
    private static final String ORDERS = """
            with past as (
                select * from unnest(?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::float8[])
                    as past(id, bucket, customer, key, lines, placed_at)
            ), completed as (
                insert into completed_order (id, month, bucket, customer, payment_method, total_minor, currency, lines,
                    placed_at, version, state, settled_at, step_at, step_state, step_cause)
                select id, date_trunc('month', to_timestamp(placed_at) at time zone 'UTC')::date, bucket, customer, '%s', %d,
                    '%s', lines::json, to_timestamp(placed_at), 3, 'CONFIRMED', to_timestamp(placed_at),
                    array_fill(to_timestamp(placed_at), array[3]),
                    '{RESERVING_STOCK,CHARGING_PAYMENT,CONFIRMED}',
                    '{null,StockReserved,PaymentCharged}'
                from past on conflict do nothing
            )
            insert into idempotency_key (customer, key, bucket, request_hash, order_id, created_at)
            select customer, key, bucket, sha256(key::bytea), id, to_timestamp(placed_at) from past
            on conflict do nothing""".formatted(PastOrder.PAYMENT_METHOD, PastOrder.PRICE, PastOrder.CURRENCY);

    /** What is reserved was received before, so that stock is conserved. */
    private static final String INVENTORY = """
            with reserved as (
                insert into reservation (order_id, sku, bucket, quantity, status, updated_at)
                select id, sku, bucket, 1, 'RESERVED', to_timestamp(placed_at)
                from unnest(?::text[], ?::int[], ?::text[], ?::float8[]) as past(id, bucket, sku, placed_at)
                on conflict do nothing returning sku, bucket, quantity
            ), stocked as (
                select sku, bucket, sum(quantity)::int as quantity from reserved group by sku, bucket
            ), received as (
                insert into goods_receipt (sku, receipt_id, bucket, quantity)
                select sku, 'seed-' || gen_random_uuid(), bucket, quantity from stocked
            )
            insert into stock (sku, bucket, available, reserved) select sku, bucket, 0, quantity from stocked
            on conflict (sku) do update set reserved = stock.reserved + excluded.reserved""";

    private static final String PAYMENTS = """
            with paid as (
                insert into payment (order_id, bucket, status, amount_minor, currency, payment_method, version, created_at,
                    updated_at)
                select id, bucket, 'CHARGED', %2$d, '%3$s', '%1$s', 2, to_timestamp(placed_at), to_timestamp(placed_at)
                from unnest(?::text[], ?::int[], ?::float8[]) as past(id, bucket, placed_at)
                on conflict do nothing returning order_id, bucket, created_at
            )
            insert into ledger_transfer (order_id, bucket, kind, debit_account, credit_account, amount_minor, currency, at)
            select order_id, bucket, 'CHARGE', 'acquirer-receivable', 'sales', %2$d, '%3$s', created_at from paid"""
            .formatted(PastOrder.PAYMENT_METHOD, PastOrder.PRICE, PastOrder.CURRENCY);

    private final ServiceDatabase database;
    private final Connection connection;
    private final Set<Integer> owned = new HashSet<>();

    /** @throws FaultlineException if the database cannot be reached */
    SeededDatabase(ServiceDatabase database) {
        this.database = database;
        try {
            connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
            execute("set synchronous_commit = off");
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("select bucket from bucket_ownership")) {
                while (rows.next()) {
                    owned.add(rows.getInt(1));
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Stores what belongs here, in one transaction. */
    void store(List<PastOrder> orders) {
        boolean bySku = database.service().equals("inventory");
        List<PastOrder> here = orders.stream().filter(order -> owned.contains(bySku ? Buckets.ofKey(order.sku()) : order
                .bucket())).toList();
        Object ids = strings(here, PastOrder::id);
        Object buckets = here.stream().mapToInt(PastOrder::bucket).toArray();
        Object times = here.stream().mapToDouble(order -> order.placedAt().toEpochMilli() / 1e3).toArray();
        switch (database.service()) {
            case "orders" -> {
                here.stream().map(order -> order.placedAt().toString().substring(0, 7)).distinct()
                        .forEach(month -> execute("select create_order_partition('" + month + "-01')"));
                execute(ORDERS, ids, buckets, strings(here, PastOrder::customer), strings(here, PastOrder::key),
                        strings(
                                here, SeededDatabase::lines), times);
            }
            case "inventory" -> execute(INVENTORY, ids, here.stream().mapToInt(order -> Buckets.ofKey(order.sku()))
                    .toArray(), strings(here, PastOrder::sku), times);
            case "payments" -> execute(PAYMENTS, ids, buckets, times);
            default -> throw new IllegalArgumentException("no such service: " + database.service());
        }
    }

    private static String lines(PastOrder order) {
        return "[{\"sku\": \"%s\", \"quantity\": 1, \"unitPrice\": {\"minorUnits\": %d, \"currency\": \"%s\"}}]"
                .formatted(
                        order.sku(), PastOrder.PRICE, PastOrder.CURRENCY);
    }

    /** As autovacuum would have done long ago. */
    void vacuum() {
        execute("vacuum (analyze)");
    }

    private static Object strings(List<PastOrder> orders, Function<PastOrder, String> column) {
        return orders.stream().map(column).toArray(String[]::new);
    }

    private void execute(String sql, Object... parameters) {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private FaultlineException failed(SQLException e) {
        return new FaultlineException("The database " + database + " cannot be seeded: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public String toString() {
        return database.toString();
    }
}
