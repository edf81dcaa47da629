package dev.faultline.local;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import dev.faultline.backing.DiscardedLog;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ReplicationState;

/** {@code ./faultline promote}: the same steps as an automatic promotion, and the primary may shut down cleanly before. */
final class ManualPromotion {
    private final Shard shard;
    private final ShardLock lock;
    private final ShardRoles roles;

    ManualPromotion(Shard shard, ShardLock lock, ShardRoles roles) {
        this.shard = shard;
        this.lock = lock;
        this.roles = roles;
    }

    /** @throws FaultlineException if the standby cannot be promoted */
    Promotion carryOut() {
        if (!shard.hasStandby()) {
            throw new FaultlineException(shard.name()
                    + " has no standby. Start the cluster with ./faultline up --standbys,"
                    + " after ./faultline down; the data is kept.");
        }
        return lock.hold(shard.name(), token -> {
            PostgresServer primary = roles.primary().orElseThrow(() -> new FaultlineException(shard.name()
                    + " has no primary at the moment; failover-1 is completing a promotion. See ./faultline status."));
            PostgresServer standby = roles.peerOf(primary);
            Optional<ReplicationState> state = state(primary);
            if (state.isPresent() && !state.get().isStreaming()) {
                throw new FaultlineException(standby.name()
                        + " was not promoted, because it is not receiving the log of "
                        + primary.name() + ". Wait until ./faultline status shows that it is.");
            }
            long begin = System.nanoTime();
            Optional<DiscardedLog> discarded = roles.promoteStandby(state.isPresent(), token);
            return new Promotion(primary.name(), standby.name(), shard.mode(), discarded, Duration.ofNanos(System
                    .nanoTime()
                    - begin));
        });
    }

    /** Empty if it does not answer: then there is nothing to compare the standby with. */
    private static Optional<ReplicationState> state(PostgresServer server) {
        try {
            return Optional.of(server.replicationState());
        } catch (SQLException e) {
            return Optional.empty();
        }
    }
}
