package dev.faultline.protocols.schedules;

import org.jspecify.annotations.Nullable;

/**
 * One schedule, with everything that happened.
 *
 * @param anomaly     which invariant was violated, and how; null if none was
 * @param fingerprint as {@link Variant#fingerprint} has it
 */
public record Replay(long seed, @Nullable String anomaly, Trace trace, long fingerprint) {

    /** The trace, for people to read. */
    public String text() {
        return String.join("\n", trace.lines());
    }
}
