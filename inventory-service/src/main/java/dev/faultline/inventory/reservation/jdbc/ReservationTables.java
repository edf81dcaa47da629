package dev.faultline.inventory.reservation.jdbc;

import java.lang.reflect.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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
import dev.faultline.messaging.Outbox;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardSession;
import org.jspecify.annotations.Nullable;

/** The statements of a batch on one shard: one round trip to read and one to write, however large the batch. */
record ReservationTables(ShardSession session) {
    private static final Comparator<ReservationRow> BY_KEY = Comparator.comparing(ReservationRow::order)
            .thenComparing(row -> row.line().sku());

    /** The second statement begins when the first has its locks, so it sees what other transactions have reserved. */
    private static final String LOCK_AND_FIND = """
            select sku, available from stock where sku = any(?) order by sku for update;
            select order_id, sku, quantity, status, short_of, short_requested, short_available
            from unnest(?::text[], ?::text[]) as key(order_id, sku) join reservation using (order_id, sku)""";

    private static final String WRITE = """
            with taken as (
                update stock s set available = s.available - t.taken, reserved = s.reserved + t.taken
                from unnest(?::text[], ?::int[]) as t(sku, taken) where s.sku = t.sku
                returning s.sku
            ), made as (
                insert into reservation (order_id, sku, bucket, quantity, status,
                                         short_of, short_requested, short_available)
                select * from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::text[],
                                     ?::text[], ?::int[], ?::int[])
            ), released as (
                update reservation r set status = 'RELEASED', updated_at = now()
                from unnest(?::text[], ?::text[]) as t(order_id, sku)
                where r.order_id = t.order_id and r.sku = t.sku
            )
            select (select count(*) from taken), outbox_send(keys, contents, keys)
            from (values (?::text[], ?::bytea[])) as messages(keys, contents)""";

    /** @param available for each SKU that was ever received */
    record Found(Map<Sku, Integer> available, List<ReservationRow> reservations) {}

    /** Locks the stock in SKU order, so that batches cannot deadlock, and reads the reservations. */
    Found lockAndFind(Collection<Sku> skus, Collection<ReservationKey> keys) {
        try (PreparedStatement statement = session.connection().prepareStatement(LOCK_AND_FIND)) {
            statement.setObject(1, column(skus, String.class, Sku::value));
            statement.setObject(2, column(keys, String.class, key -> key.order().value()));
            statement.setObject(3, column(keys, String.class, key -> key.sku().value()));
            statement.execute();
            var available = HashMap.<Sku, Integer>newHashMap(skus.size());
            try (ResultSet row = statement.getResultSet()) {
                while (row.next()) {
                    available.put(new Sku(row.getString("sku")), row.getInt("available"));
                }
            }
            statement.getMoreResults();
            var reservations = new ArrayList<ReservationRow>();
            try (ResultSet row = statement.getResultSet()) {
                while (row.next()) {
                    reservations.add(read(row));
                }
            }
            return new Found(available, reservations);
        } catch (SQLException e) {
            throw session.translated("lock stock", e);
        }
    }

    private static ReservationRow read(ResultSet row) throws SQLException {
        String shortOf = row.getString("short_of");
        return new ReservationRow(new OrderId(row.getString("order_id")),
                new OrderLine(new Sku(row.getString("sku")), row.getInt("quantity")),
                Status.valueOf(row.getString("status")), shortOf == null ? null
                        : new Shortage(new Sku(shortOf), row.getInt("short_requested"), row.getInt("short_available")));
    }

    /**
     * Requires that the stock is locked. Fails on a reservation that exists: a concurrent transaction decided the same
     * order first, which is possible only for SKUs that have no stock to lock.
     *
     * @param taken moves stock from available to reserved; a negative quantity moves it back
     */
    void write(Collection<Map.Entry<Sku, Integer>> taken, Collection<ReservationRow> unsorted,
            Collection<ReservationRow> released, Outbox.Encoded messages) {
        List<ReservationRow> made = unsorted.stream().sorted(BY_KEY).toList();
        Object[] parameters = {column(taken, String.class, entry -> entry.getKey().value()),
            column(taken, Integer.class, Map.Entry::getValue),
            column(made, String.class, row -> row.order().value()),
            column(made, String.class, row -> row.line().sku().value()),
            column(made, Integer.class, row -> Bucket.of(row.line().sku().value()).number()),
            column(made, Integer.class, row -> row.line().quantity()),
            column(made, String.class, row -> row.status().name()),
            column(made, String.class, row -> row.shortage() == null ? null : row.shortage().sku().value()),
            column(made, Integer.class, row -> row.shortage() == null ? null : row.shortage().requested()),
            column(made, Integer.class, row -> row.shortage() == null ? null : row.shortage().available()),
            column(released, String.class, row -> row.order().value()),
            column(released, String.class, row -> row.line().sku().value()), messages.keys(), messages.contents()};
        try (PreparedStatement statement = session.connection().prepareStatement(WRITE)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getInt(1) != taken.size()) {
                    throw new IllegalStateException(row.getInt(1) + " of " + taken.size() + " stock rows exist: "
                            + taken);
                }
            }
        } catch (SQLException e) {
            throw session.translated("write reservations", e);
        }
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
