package dev.faultline.simulation;

/** A mechanism that protects an invariant, and that a simulation can disable. */
enum Protection {
    /** Inventory stores its decision on an order, and repeats it. */
    RESERVATION_MEMORY,
    /** Inventory stores a release that arrives before its reservation. */
    STOCK_TOMBSTONE,
    /** Payment stores a void that arrives before its charge. */
    PAYMENT_TOMBSTONE,
    /** Stock is locked between reading and writing. */
    STOCK_LOCK,
    /** The database rejects negative stock. */
    STOCK_CHECK,
    /** A checkout changes only from the version that was decided on. */
    VERSION_GUARD,
    /** Only the last lease of a payment can record its outcome. */
    PAYMENT_VERSION,
    /** Stock is released only after the payment was confirmed to be void. */
    VOID_BEFORE_RELEASE,
    /** The database rejects the writes of a stale leader. */
    FENCING_TOKEN,
    /** An overdue checkout is redriven, and finally given up. */
    SWEEP,
    /** The slot advances only after Kafka has acknowledged. */
    ACKNOWLEDGEMENT_BEFORE_ADVANCE
}
