package dev.faultline.payment.ledger.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.ledger.LedgerEntry;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.sharding.Bucket;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger's tables. */
public final class JdbcLedger {
    private JdbcLedger() {}

    /** Appends transfers in the caller's transaction; those already in the ledger are ignored. */
    public static void append(Connection transaction, Collection<Transfer> transfers) throws SQLException {
        if (transfers.isEmpty()) {
            return;
        }
        try (var insert = transaction.prepareStatement("""
                insert into ledger_transfer
                    (order_id, bucket, kind, debit_account, credit_account, amount_minor, currency)
                values (?, ?, ?, ?, ?, ?, ?) on conflict (order_id, kind) do nothing""")) {
            for (Transfer transfer : transfers) {
                insert.setString(1, transfer.orderId().value());
                insert.setInt(2, Bucket.parse(transfer.orderId().bucketCode()).number());
                insert.setString(3, transfer.kind().name());
                insert.setString(4, transfer.kind().debit());
                insert.setString(5, transfer.kind().credit());
                insert.setLong(6, transfer.amount().minorUnits());
                insert.setString(7, transfer.amount().currency());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** An order's entries, oldest first. */
    public static List<LedgerEntry> of(JdbcClient jdbc, OrderId id) {
        return jdbc.sql("select * from ledger_transfer where order_id = ? order by kind").param(id.value())
                .query((row, _) -> new LedgerEntry(
                        new Transfer(id, Transfer.Kind.valueOf(row.getString("kind")),
                                new Money(row.getLong("amount_minor"), row.getString("currency"))),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .list();
    }
}
