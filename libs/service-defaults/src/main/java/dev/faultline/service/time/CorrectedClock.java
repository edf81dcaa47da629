package dev.faultline.service.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * This process's clock, corrected by one that all instances have in common, which is read now and then. It is off by at most
 * the time that a reading took, and by what both have drifted since. A reading that does not contradict it changes nothing, so
 * that a slow one spoils nothing. Thread-safe.
 *
 * @see <a href="https://doi.org/10.1007/BF01784024">Cristian, Probabilistic Clock Synchronization, 1989</a>
 */
public final class CorrectedClock implements InstantSource {
    private final InstantSource own;
    private volatile Duration correction = Duration.ZERO;

    public CorrectedClock(InstantSource own) {
        this.own = own;
    }

    @Override
    public Instant instant() {
        return own.instant().plus(correction);
    }

    /** What this process's clock shows, for {@link #learn}. */
    public Instant own() {
        return own.instant();
    }

    /**
     * Corrects this clock by a reading of the other one.
     *
     * @param before   {@link #own} before it was read
     * @param after    likewise after it was read
     * @param earliest what it may have shown
     * @param latest   likewise, not before {@code earliest}; a clock that shows only seconds may have been nearly one ahead
     */
    public synchronized void learn(Instant before, Instant after, Instant earliest, Instant latest) {
        Duration least = Duration.between(after, earliest);
        Duration most = Duration.between(before, latest);
        if (correction.compareTo(least) < 0 || correction.compareTo(most) > 0) {
            correction = least.plus(most).dividedBy(2);
        }
    }
}
