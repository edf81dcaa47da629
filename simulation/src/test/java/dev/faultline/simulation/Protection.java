package dev.faultline.simulation;

/** What keeps a promise, and can be taken out of the simulated world to see whether it does. */
enum Protection {
    /** A message's id is recorded in the transaction of its effects. */
    INBOX,
    /** Inventory decides an order once and answers from that. */
    RESERVATION_MEMORY,
    /** Inventory remembers a release that came before its reservation. */
    STOCK_TOMBSTONE,
    /** Payment remembers a void that came before its authorization. */
    PAYMENT_TOMBSTONE,
    /** Stock is locked from reading to writing. */
    STOCK_LOCK,
    /** The database refuses stock below zero. */
    STOCK_CHECK,
    /** A checkout changes only from the version that was decided on. */
    VERSION_GUARD,
    /** Only who took a payment up last records what became of it. */
    PAYMENT_VERSION,
    /** Stock is released only after the payment was confirmed to be void. */
    VOID_BEFORE_RELEASE,
    /** The database refuses the writes of a leader that was followed by another. */
    FENCING_TOKEN,
    /** An overdue checkout is driven again, and in the end given up. */
    SWEEP,
    /** The slot advances when Kafka has acknowledged, not before. */
    ACKNOWLEDGEMENT_BEFORE_ADVANCE
}
