package dev.faultline.protocols.zab;

/** What a control takes away. */
enum Weakness {
    NONE, KEEPS_OWN_HISTORY, FORGETS_EPOCH
}
