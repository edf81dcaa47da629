package dev.faultline.payment.paying;

import java.time.Instant;
import java.util.List;

import dev.faultline.payment.ledger.LedgerEntry;

/** A payment with its timestamps and ledger entries. */
public record StoredPayment(Payment payment, Instant createdAt, Instant updatedAt, List<LedgerEntry> transfers) {
    public StoredPayment {
        transfers = List.copyOf(transfers);
    }
}
