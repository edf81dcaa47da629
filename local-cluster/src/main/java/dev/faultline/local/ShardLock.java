package dev.faultline.local;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.discovery.Consul;
import dev.faultline.discovery.FencingToken;
import dev.faultline.discovery.LeaderElection;
import dev.faultline.local.ServerGate.StaleTokenException;

/** The lock in Consul that a process holds while it changes the roles of a shard's servers. */
final class ShardLock {
    /** The lock of a holder that was killed is free after at most twice its lease of ten seconds. */
    private static final Duration ACQUIRE = Duration.ofSeconds(25);

    private final Consul consul;
    private final String holder;

    /** @param holder names this process for operators */
    ShardLock(Consul consul, String holder) {
        this.consul = consul;
        this.holder = holder;
    }

    /**
     * Waits for the lock and runs a change with its token, which is higher than that of every earlier holder.
     *
     * @param change gets the current token, which throws {@link FaultlineException} once the lock may be lost
     * @throws FaultlineException if the lock is not free in time, or Consul is unavailable
     */
    <T> T hold(String shard, Function<Supplier<FencingToken>, T> change) {
        try (var election = new LeaderElection(consul, "faultline/shards/" + shard + "/promotion", holder)) {
            if (!Polling.until(ACQUIRE, () -> election.token().isPresent())) {
                throw new FaultlineException("The lock of " + shard + " was not free within " + ACQUIRE.toSeconds()
                        + " seconds, or Consul is unavailable. See ./faultline status, and try again.");
            }
            Supplier<FencingToken> token = () -> election.token().orElseThrow(() -> new FaultlineException(
                    "The lock of " + shard + " is lost. Another process completes the change."));
            try {
                return change.apply(token);
            } catch (StaleTokenException e) {
                // The lock is still held if Consul has lost its state, with which tokens restart.
                if (!election.raiseTokenAbove(e.highest())) {
                    throw e;
                }
                return change.apply(token);
            }
        }
    }
}
