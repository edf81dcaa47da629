package dev.faultline.acquirer.faults;

import java.time.Duration;
import java.util.SplittableRandom;

import dev.faultline.acquirer.faults.InjectedFault.Failure;

/** Draws the fault of each request. Thread-safe. The configuration is not persistent. */
public final class FaultInjection {
    private Faults faults = Faults.NONE;
    private SplittableRandom random = new SplittableRandom();

    /** The configured faults. */
    public synchronized Faults faults() {
        return faults;
    }

    /** Replaces the configured faults for subsequent requests. */
    public synchronized void configure(Faults configured) {
        faults = configured;
        random = configured.seed().map(SplittableRandom::new).orElseGet(SplittableRandom::new);
    }

    /** The faults of the next request. */
    public synchronized InjectedFault draw() {
        // Always the same number of draws, so that no share affects the others for the same seed.
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
