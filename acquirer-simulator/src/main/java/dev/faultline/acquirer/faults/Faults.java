package dev.faultline.acquirer.faults;

import java.time.Duration;
import java.util.Optional;

/**
 * The faults to inject, each into a share of the requests from 0 to 1, independently.
 *
 * @param declineShare of charges that the payer's bank declines
 * @param failShare of requests that fail before anything is done
 * @param slowShare of requests that are delayed by {@code slowFor} before anything is done
 * @param slowFor at most {@link #MAX_SLOW_FOR}
 * @param timeoutAfterChargeShare of operations that are executed and journalled, but not answered in time
 * @param seed makes the faults of the n-th request from now on reproducible
 */
public record Faults(double declineShare, double failShare, double slowShare, Duration slowFor,
        double timeoutAfterChargeShare, Optional<Long> seed) {
    /** The longest configurable delay. */
    public static final Duration MAX_SLOW_FOR = Duration.ofMinutes(1);
    /** No faults. */
    public static final Faults NONE = new Faults(0, 0, 0, Duration.ofSeconds(2), 0, Optional.empty());

    /** @throws IllegalArgumentException if a share or the delay is out of range */
    public Faults {
        requireShare("declineShare", declineShare);
        requireShare("failShare", failShare);
        requireShare("slowShare", slowShare);
        requireShare("timeoutAfterChargeShare", timeoutAfterChargeShare);
        if (slowFor.isNegative() || slowFor.compareTo(MAX_SLOW_FOR) > 0) {
            throw new IllegalArgumentException("slowFor must be from 0 to " + MAX_SLOW_FOR + ": " + slowFor);
        }
    }

    private static void requireShare(String name, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(name + " must be from 0 to 1: " + share);
        }
    }
}
