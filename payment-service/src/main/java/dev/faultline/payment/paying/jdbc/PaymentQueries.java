package dev.faultline.payment.paying.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.function.Function;

import dev.faultline.contracts.OrderId;
import dev.faultline.payment.ledger.jdbc.JdbcLedger;
import dev.faultline.payment.paying.StoredPayment;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Shards;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Payments as clients see them, as fresh as they ask. Nothing is decided on them. */
@Repository
public class PaymentQueries {
    private final Shards shards;

    PaymentQueries(Shards shards) {
        this.shards = shards;
    }

    public Optional<StoredPayment> find(OrderId id, Reads reads) {
        Bucket bucket = Bucket.parse(id.bucketCode());
        Function<JdbcClient, Optional<StoredPayment>> query = jdbc -> find(jdbc, id);
        return reads.of(bucket, session -> query.apply(session.jdbc()), () -> shards.read(bucket, query));
    }

    private static Optional<StoredPayment> find(JdbcClient jdbc, OrderId id) {
        return jdbc.sql("select * from payment where order_id = ?").param(id.value())
                .query((row, _) -> new StoredPayment(PaymentRows.read(row), instant(row, "created_at"), instant(row,
                        "updated_at"), JdbcLedger.of(jdbc, id)))
                .optional();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
