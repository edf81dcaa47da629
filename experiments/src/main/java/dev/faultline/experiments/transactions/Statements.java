package dev.faultline.experiments.transactions;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.Function;

import dev.faultline.sharding.BatchStatement;

/** One statement for each local transaction. Each returns a row, unless it had nothing to do. */
final class Statements {
    private static final String TAKEN = """
            with taken as (
                update stock set available = available - 1, reserved = reserved + 1
                where sku = ? and available > 0
                  and not exists (select from reservation r where r.order_id = ? and r.sku = stock.sku)
                returning sku, bucket, clock_timestamp() as locked_at
            ), made as (
                insert into reservation (order_id, sku, bucket, status)
                select ?::text, sku, bucket, 'RESERVED' from taken
            )""";
    private static final String LOCKED_AT = " select locked_at from taken";

    /** Takes the first product, unless it is sold out or the order has been decided. Returns when it had the row's lock. */
    static final BatchStatement<Reservation, Instant> TAKE_FIRST = locking(TAKEN + LOCKED_AT,
            wanted -> new Object[]{wanted.first(), wanted.order(), wanted.order()});

    static final BatchStatement<Reservation, Instant> TAKE_SECOND = locking(TAKEN + LOCKED_AT,
            wanted -> new Object[]{wanted.second(), wanted.order(), wanted.order()});

    /** Takes the first product and enters the saga into its log. */
    static final BatchStatement<Reservation, Instant> BEGIN = locking(TAKEN + """
            , begun as (
                insert into saga (order_id, bucket, first_sku, second_sku, state)
                select ?::text, bucket, sku, ?, 'RESERVING' from taken
            )""" + LOCKED_AT, wanted -> new Object[]{wanted.first(), wanted.order(), wanted.order(), wanted.order(),
        wanted.second()});

    /** Decides for the order, unless recovery has decided against it. */
    static final BatchStatement<Reservation, String> CONFIRM = deciding("""
            update saga set state = 'CONFIRMED', changed_at = now() where order_id = ? and state = 'RESERVING'
            returning order_id""");

    /** Decides against an order whose coordinator is taken for dead, unless it was confirmed. */
    static final BatchStatement<Reservation, String> GIVE_UP = deciding("""
            update saga set state = 'COMPENSATING', changed_at = now()
            where order_id = ? and state in ('RESERVING', 'COMPENSATING') returning order_id""");

    /** Returns the first product; the last step of a saga that failed. */
    static final BatchStatement<Reservation, String> COMPENSATE = deciding("""
            with decided as (
                update saga set state = 'COMPENSATED', changed_at = now()
                where order_id = ? and state in ('RESERVING', 'COMPENSATING') returning order_id, first_sku
            ), released as (
                update reservation r set status = 'RELEASED' from decided d
                where r.order_id = d.order_id and r.sku = d.first_sku returning r.sku
            ), returned as (
                update stock s set available = s.available + 1, reserved = s.reserved - 1 from released
                where s.sku = released.sku
            )
            select order_id from decided""");

    /**
     * Returns the second product if it was taken. If not, the row that it leaves is a tombstone, on which the coordinator's
     * late attempt to take it fails.
     */
    static final BatchStatement<Reservation, String> UNDO_SECOND = new BatchStatement<>("""
            with undone as (
                insert into reservation (order_id, sku, bucket, status) values (?, ?, ?, 'RELEASED')
                on conflict (order_id, sku) do update set status = 'RELEASED'
                returning sku, old.status as before
            ), returned as (
                update stock s set available = s.available + 1, reserved = s.reserved - 1 from undone
                where s.sku = undone.sku and undone.before = 'RESERVED'
            )
            select sku from undone""", items -> {
        Reservation wanted = items.getFirst();
        return new Object[]{wanted.order(), wanted.second(), Reservation.bucket(wanted.second()).number()};
    }, row -> row.getString(1));

    private Statements() {}

    private static BatchStatement<Reservation, Instant> locking(String sql,
            Function<Reservation, Object[]> parameters) {
        return new BatchStatement<>(sql, items -> parameters.apply(items.getFirst()), row -> row.getObject(1,
                OffsetDateTime.class).toInstant());
    }

    private static BatchStatement<Reservation, String> deciding(String sql) {
        return new BatchStatement<>(sql, items -> new Object[]{items.getFirst().order()}, row -> row.getString(1));
    }
}
