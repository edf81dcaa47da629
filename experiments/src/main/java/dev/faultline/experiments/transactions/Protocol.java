package dev.faultline.experiments.transactions;

/** A way to reserve on two shards. Thread-safe; blocks. */
sealed interface Protocol permits TwoPhase, Saga, Unprotected {

    /**
     * Reserves both products or neither.
     *
     * @return whether they are reserved; otherwise one of them is sold out
     * @throws org.springframework.dao.DataAccessException if a shard did not answer in time; what became of the order is
     *         unknown, and recovery completes it
     */
    boolean reserve(Reservation reservation);
}
