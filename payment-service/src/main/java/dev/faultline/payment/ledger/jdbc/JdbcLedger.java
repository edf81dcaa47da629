package dev.faultline.payment.ledger.jdbc;

import java.time.OffsetDateTime;
import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.ledger.LedgerEntry;
import dev.faultline.payment.ledger.Transfer;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the ledger's table. */
public final class JdbcLedger {
    private JdbcLedger() {}

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
