package dev.faultline.local;

import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.faultline.local.parts.RefusedException;

/** Waits for something to become true, by looking twenty times a second. */
final class Waiting {
    private static final Duration TURN = Duration.ofMillis(50);

    private Waiting() {}

    /** @return whether it became true within the time */
    static boolean until(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(TURN);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }
}
