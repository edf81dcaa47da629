package dev.faultline.payment.ledger;

import java.time.Instant;

/** A transfer in the ledger, and when it was entered. */
public record LedgerEntry(Transfer transfer, Instant at) {}
