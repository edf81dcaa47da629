package dev.faultline.verification.fault;

import java.time.Duration;

/**
 * A fault that is to be injected.
 *
 * @param target a node's name, or a role that some node has at that moment
 * @param at     the earliest time, since the load began; the fault before it heals first
 * @param lasts  until it heals; zero where the platform recovers by itself
 */
public record ScheduledFault(FaultKind kind, String target, Duration at, Duration lasts) {
    @Override
    public String toString() {
        return kind.name() + " " + target + (lasts.isZero() ? "" : " for %.1f s".formatted(lasts.toMillis() / 1e3));
    }
}
