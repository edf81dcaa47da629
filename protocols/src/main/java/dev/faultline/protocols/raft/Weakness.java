package dev.faultline.protocols.raft;

/** What a control takes away. */
enum Weakness {
    NONE, FORGETS_VOTE, COUNTS_EARLIER_TERMS, READS_ALONE
}
