package dev.faultline.experiments.transactions;

/** What a buyer was told. */
public enum Outcome {
    RESERVED, SOLD_OUT,
    /** The order waited too long for a lock or a connection. The buyer does not know what became of it. */
    NO_ANSWER
}
