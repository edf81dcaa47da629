package dev.faultline.simulation;

import org.jspecify.annotations.Nullable;

/** What Consul does: one leader at a time, as long as it says so, with a token that grows from one to the next. */
final class Election {
    static final long ANOTHER_LEADS = 0;
    private static final long LEASE_MS = 10_000;

    private final World world;
    private @Nullable Task leader;
    private long leaseEndsMs;
    private long token;

    Election(World world) {
        this.world = world;
    }

    /** The token of the candidate, who leads now or goes on leading; else {@link #ANOTHER_LEADS}. */
    long lead(Task candidate) {
        if (leader != candidate) {
            if (leader != null && world.nowMs() < leaseEndsMs) {
                return ANOTHER_LEADS;
            }
            if (leader != null) {
                world.coverage.count(Happening.LEADER_CHANGED);
            }
            leader = candidate;
            token++;
            world.tell(candidate.node.toString(), "leads the sweep with token %d", token);
        }
        leaseEndsMs = world.nowMs() + LEASE_MS;
        return token;
    }
}
