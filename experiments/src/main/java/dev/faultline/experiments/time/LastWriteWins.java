package dev.faultline.experiments.time;

import java.time.Instant;
import java.util.List;

/** Writes to one place, each begun after the one before was acknowledged, by what a register keeps that trusts their times. */
final class LastWriteWins {
    private LastWriteWins() {}

    /**
     * How many writes are lost: acknowledged, and not kept, because an earlier one has a later time.
     *
     * @param times of the writes, in the order in which they were made
     */
    static long lost(List<Instant> times) {
        long lost = 0;
        Instant kept = Instant.MIN;
        for (Instant time : times) {
            if (time.isBefore(kept)) {
                lost++;
            } else {
                kept = time;
            }
        }
        return lost;
    }
}
