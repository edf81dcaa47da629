package dev.faultline.payment.paying;

import java.time.Instant;
import java.util.List;

import dev.faultline.payment.ledger.Booked;

/** A payment and what it has moved. */
public record Statement(Payment payment, Instant createdAt, Instant updatedAt, List<Booked> transfers) {
    public Statement {
        transfers = List.copyOf(transfers);
    }
}
