package dev.faultline.verification.bench;

import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Finds the highest sustained rate: doubles while trials succeed, then bisects. A rate fails only if two trials fail, because
 * a disturbance can make a trial fail, but none makes it succeed.
 */
final class RateSearch {
    /** The result is at most this fraction below a rate that fails. */
    static final double RESOLUTION = 0.05;
    private static final int ATTEMPTS = 2;

    private final IntPredicate trial;

    /** @param trial whether orders at this rate succeed; called again for the same rate if they do not */
    RateSearch(IntPredicate trial) {
        this.trial = trial;
    }

    /**
     * @param start at least 1
     * @param most  at least {@code start}
     * @return empty if one order a second fails
     */
    OptionalInt highest(int start, int most) {
        int succeeds = 0;
        int fails = most + 1;
        int next = start;
        while (fails - succeeds > Math.max(1, (int) (fails * RESOLUTION))) {
            int rate = next;
            if (IntStream.range(0, ATTEMPTS).anyMatch(_ -> trial.test(rate))) {
                succeeds = rate;
            } else {
                fails = rate;
            }
            next = fails > most ? Math.min(2 * succeeds, most) : (succeeds + fails) / 2;
        }
        return succeeds == 0 ? OptionalInt.empty() : OptionalInt.of(succeeds);
    }
}
