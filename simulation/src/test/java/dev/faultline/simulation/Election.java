package dev.faultline.simulation;

import org.jspecify.annotations.Nullable;

/** Leader election as in Consul: one leader at a time by lease, with a fencing token that grows with each new leader. */
final class Election {
    static final long NOT_LEADER = 0;
    private static final long LEASE_MS = 10_000;

    private final World world;
    private @Nullable Task leader;
    private long leaseEndsMs;
    private long token;

    Election(World world) {
        this.world = world;
    }

    /** Returns the candidate's fencing token if it becomes or remains the leader, {@link #NOT_LEADER} otherwise. */
    long lead(Task candidate) {
        if (leader != candidate) {
            if (leader != null && world.nowMs() < leaseEndsMs) {
                return NOT_LEADER;
            }
            if (leader != null) {
                world.coverage.count(CoveragePoint.LEADER_CHANGED);
            }
            leader = candidate;
            token++;
            world.trace(candidate.node.toString(), "becomes the leader with token %d", token);
        }
        leaseEndsMs = world.nowMs() + LEASE_MS;
        return token;
    }
}
