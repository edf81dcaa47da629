package dev.faultline.local.proof.history;

/**
 * One promise that was not kept.
 *
 * @param subject     the order, the SKU or whatever else it was not kept to
 * @param explanation what was found, and what should have been
 */
public record Anomaly(Kind kind, String subject, String explanation) {

    /** Which promise. */
    public enum Kind {
        /** An order that a client was told of does not exist. */
        LOST_ORDER,
        /** An order has not come to its end. */
        UNFINISHED_ORDER,
        /** A client was told another end than the one that is stored. */
        CONTRADICTED_ANSWER,
        /** One wish became two orders, or none can say which wish an order came from. */
        DOUBLED_ORDER,
        /** The steps of a checkout have a gap, or lead elsewhere than where it is. */
        BROKEN_TIMELINE,
        /** The same row lives on two shards. */
        ROW_ON_TWO_SHARDS,
        /** A row is not where its bucket is, or not in its key's bucket. */
        MISPLACED_ROW,
        /** A bucket belongs to no shard, or to several. */
        BUCKET_WITHOUT_ONE_OWNER,
        /** More or fewer goods are there than were received. */
        STOCK_NOT_CONSERVED,
        /** There are less than no goods. */
        OVERSOLD,
        /** Goods are held that belong to no confirmed order. */
        STOCK_HELD_FOR_NOTHING,
        /** A confirmed order lacks goods. */
        STOCK_NOT_HELD,
        /** A confirmed order was not charged exactly once with its total. */
        NOT_CHARGED_ONCE,
        /** Money is held or was kept for what is no confirmed order. */
        CHARGED_FOR_NOTHING,
        /** The payment service believes other than what the acquirer did. */
        PAYMENT_DISAGREES,
        /** Postings do not sum to zero. */
        LEDGER_UNBALANCED,
        /** The ledger says other than the acquirer's journal. */
        LEDGER_DISAGREES,
        /** A transaction was prepared, and neither committed nor rolled back. */
        IN_DOUBT_TRANSACTION,
        /** A message was given up. */
        DEAD_LETTER
    }

    @Override
    public String toString() {
        return kind + " " + subject + ": " + explanation;
    }
}
