package dev.faultline.protocols.network;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What a network and its nodes may do to a protocol; a protocol says which of them it survives. */
public enum Fault {
    /** A node stops after a step, possibly with some of the step's messages unsent, and starts again from its disk. */
    CRASH,
    /** As {@link #CRASH}, but the node never starts again. One node is left at least. */
    CRASH_FOR_GOOD, LOSS,
    DUPLICATION,
    /** Messages take up to a second, so that later ones overtake them. */
    DELAY,
    /** Two halves cannot reach each other for a time. */
    PARTITION;

    /** All from which nodes and network come back. */
    public static final Set<Fault> RECOVERABLE = Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(
            CRASH_FOR_GOOD)));
}
