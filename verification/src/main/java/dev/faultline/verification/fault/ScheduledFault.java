package dev.faultline.verification.fault;

import java.time.Duration;

/**
 * A fault to inject.
 *
 * @param target   a node, or a role, which is resolved to a node at the time of the injection
 * @param at       the earliest time, since the load began; the previous fault heals first
 * @param duration from injection to healing; zero if the fault heals by itself
 */
public record ScheduledFault(FaultKind kind, String target, Duration at, Duration duration) {
    @Override
    public String toString() {
        return kind.name() + " " + target
                + (duration.isZero() ? "" : " for %.1f s".formatted(duration.toMillis() / 1e3));
    }
}
