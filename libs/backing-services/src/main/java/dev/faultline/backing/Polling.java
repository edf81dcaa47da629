package dev.faultline.backing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for a condition, which it polls twenty times per second. */
public final class Polling {
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private Polling() {}

    /** @return whether the condition became true in time */
    public static boolean until(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            sleep(INTERVAL);
        }
        return true;
    }

    /** @throws FaultlineException if the thread is interrupted */
    public static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
