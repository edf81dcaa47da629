package dev.faultline.verification.history;

/**
 * A violation of a guarantee.
 *
 * @param subject     the affected order, SKU or bucket
 * @param explanation what was found and what was expected
 */
public record Anomaly(Kind kind, String subject, String explanation) {

    public enum Kind {
        /** An order that a client received does not exist. */
        LOST_ORDER,
        /** An order has not reached a terminal state. */
        UNFINISHED_ORDER,
        /** A client saw another outcome than the stored one. */
        CONTRADICTED_RESPONSE,
        /** One request became two orders, or an order has no request. */
        DUPLICATE_ORDER,
        /** The steps of a checkout have a gap, or do not lead to its state. */
        BROKEN_TIMELINE,
        /** The same row is on two shards. */
        ROW_ON_TWO_SHARDS,
        /** A row is on a shard that does not own its bucket, or in a bucket that is not its key's. */
        MISPLACED_ROW,
        /** A bucket is owned by no shard, or by several. */
        BUCKET_WITHOUT_SINGLE_OWNER,
        /** Stock does not add up to what was received. */
        STOCK_NOT_CONSERVED,
        /** Stock is negative. */
        OVERSOLD,
        /** A reservation belongs to no confirmed order. */
        ORPHANED_RESERVATION,
        /** A confirmed order has no reservation for its lines. */
        MISSING_RESERVATION,
        /** A confirmed order was not charged exactly once with its total. */
        NOT_CHARGED_ONCE,
        /** The customer is charged without a confirmed order. */
        UNJUSTIFIED_CHARGE,
        /** A payment's state contradicts its order's outcome. */
        PAYMENT_MISMATCH,
        /** Postings do not sum to zero. */
        LEDGER_UNBALANCED,
        /** The ledger contradicts the acquirer's journal. */
        LEDGER_MISMATCH,
        /** A prepared transaction was neither committed nor rolled back. */
        IN_DOUBT_TRANSACTION,
        /** A message is in a dead-letter topic. */
        DEAD_LETTER
    }

    @Override
    public String toString() {
        return kind + " " + subject + ": " + explanation;
    }
}
