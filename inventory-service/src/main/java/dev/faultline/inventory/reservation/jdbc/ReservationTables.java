package dev.faultline.inventory.reservation.jdbc;

import java.lang.reflect.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.Shortage;
import dev.faultline.inventory.reservation.jdbc.ReservationRow.Status;
import dev.faultline.sharding.Bucket;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The statements of a batch on one shard. Each takes one round trip, regardless of the batch size. */
record ReservationTables(JdbcClient jdbc) {
    private static final Comparator<ReservationRow> BY_KEY = Comparator.comparing(ReservationRow::order)
            .thenComparing(row -> row.line().sku());

    /**
     * Returns the available stock and locks its rows in SKU order, so that batches cannot deadlock. A SKU that was
     * never received is missing from the result.
     */
    Map<Sku, Integer> lockStock(Collection<Sku> skus) {
        var available = HashMap.<Sku, Integer>newHashMap(skus.size());
        jdbc.sql("select sku, available from stock where sku = any(?) order by sku for update")
                .param(column(skus, String.class, Sku::value))
                .query(row -> {
                    available.put(new Sku(row.getString("sku")), row.getInt("available"));
                });
        return available;
    }

    /** Must run after {@link #lockStock}, so that concurrently committed reservations are visible. */
    List<ReservationRow> find(Collection<ReservationKey> keys) {
        return jdbc.sql("""
                select order_id, sku, quantity, status, short_of, short_requested, short_available
                from reservation
                where (order_id, sku) in (select * from unnest(?::text[], ?::text[]))""")
                .param(column(keys, String.class, key -> key.order().value()))
                .param(column(keys, String.class, key -> key.sku().value()))
                .query((row, _) -> read(row)).list();
    }

    private static ReservationRow read(ResultSet row) throws SQLException {
        String shortOf = row.getString("short_of");
        return new ReservationRow(new OrderId(row.getString("order_id")),
                new OrderLine(new Sku(row.getString("sku")), row.getInt("quantity")),
                Status.valueOf(row.getString("status")), shortOf == null ? null
                        : new Shortage(new Sku(shortOf), row.getInt("short_requested"), row.getInt("short_available")));
    }

    /** Moves stock from available to reserved; a negative quantity moves it back. */
    void allocate(Collection<Map.Entry<Sku, Integer>> taken) {
        if (taken.isEmpty()) {
            return;
        }
        int updated = jdbc.sql("""
                update stock s set available = s.available - t.taken, reserved = s.reserved + t.taken
                from unnest(?::text[], ?::int[]) as t(sku, taken)
                where s.sku = t.sku""")
                .param(column(taken, String.class, entry -> entry.getKey().value()))
                .param(column(taken, Integer.class, Map.Entry::getValue)).update();
        if (updated != taken.size()) {
            throw new IllegalStateException("only " + updated + " of " + taken.size() + " stock rows exist: " + taken);
        }
    }

    /** Fails on an existing key, which means that a concurrent transaction has decided the same order. */
    void insert(Collection<ReservationRow> unsorted) {
        if (unsorted.isEmpty()) {
            return;
        }
        List<ReservationRow> rows = unsorted.stream().sorted(BY_KEY).toList();
        jdbc.sql("""
                insert into reservation (order_id, sku, bucket, quantity, status,
                                         short_of, short_requested, short_available)
                select * from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::text[],
                                     ?::text[], ?::int[], ?::int[])""")
                .param(column(rows, String.class, row -> row.order().value()))
                .param(column(rows, String.class, row -> row.line().sku().value()))
                .param(column(rows, Integer.class, row -> Bucket.of(row.line().sku().value()).number()))
                .param(column(rows, Integer.class, row -> row.line().quantity()))
                .param(column(rows, String.class, row -> row.status().name()))
                .param(column(rows, String.class, row -> row.shortage() == null ? null : row.shortage().sku().value()))
                .param(column(rows, Integer.class, row -> row.shortage() == null ? null : row.shortage().requested()))
                .param(column(rows, Integer.class, row -> row.shortage() == null ? null : row.shortage().available()))
                .update();
    }

    /** Marks reservations as released. The caller must have locked and must return their stock. */
    void release(Collection<ReservationRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        jdbc.sql("""
                update reservation r set status = 'RELEASED', updated_at = now()
                from unnest(?::text[], ?::text[]) as t(order_id, sku)
                where r.order_id = t.order_id and r.sku = t.sku""")
                .param(column(rows, String.class, row -> row.order().value()))
                .param(column(rows, String.class, row -> row.line().sku().value())).update();
    }

    /** An array parameter for unnest. */
    private static <R, C> Object column(Collection<R> rows, Class<C> type, Function<R, @Nullable C> value) {
        @Nullable
        Object[] column = (Object[]) Array.newInstance(type, rows.size());
        int index = 0;
        for (R row : rows) {
            column[index++] = value.apply(row);
        }
        return column;
    }
}
