package dev.faultline.acquirer.faults;

import java.time.Duration;
import java.util.SplittableRandom;

import dev.faultline.acquirer.faults.InjectedFault.Failure;

/** Draws lots for each request. Safe for use by many threads; forgets its faults with the process. */
public final class FaultInjection {
    private Faults faults = Faults.NONE;
    private SplittableRandom random = new SplittableRandom();

    /** The faults in force. */
    public synchronized Faults faults() {
        return faults;
    }

    /** Puts other faults in force, for the requests that come from now on. */
    public synchronized void order(Faults ordered) {
        faults = ordered;
        random = ordered.seed().map(SplittableRandom::new).orElseGet(SplittableRandom::new);
    }

    /** The next request's lot. */
    public synchronized InjectedFault draw() {
        // Always the same number of draws, so that with a seed one share does not change the others' lots.
        boolean declines = hits(faults.declineShare());
        boolean fails = hits(faults.failShare());
        boolean unavailable = hits(0.5);
        boolean slow = hits(faults.slowShare());
        boolean timesOut = hits(faults.timeoutAfterChargeShare());
        Failure failure = !fails ? Failure.NONE : unavailable ? Failure.UNAVAILABLE : Failure.ERROR;
        return new InjectedFault(declines, failure, slow ? faults.slowFor() : Duration.ZERO, timesOut);
    }

    private boolean hits(double share) {
        return random.nextDouble() < share;
    }
}
