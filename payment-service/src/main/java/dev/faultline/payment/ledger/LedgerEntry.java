package dev.faultline.payment.ledger;

import java.time.Instant;

/** A transfer in the ledger and its posting time. */
public record LedgerEntry(Transfer transfer, Instant at) {}
