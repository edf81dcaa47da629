package dev.faultline.payment.ledger;

import java.time.Instant;

/** A transfer that the ledger holds, and since when. */
public record LedgerEntry(Transfer transfer, Instant at) {}
