package dev.faultline.protocols.swim;

/** What a control takes away. */
enum Weakness {
    NONE, NO_SUSPICION, NO_REFUTATION, NO_PROXIES
}
