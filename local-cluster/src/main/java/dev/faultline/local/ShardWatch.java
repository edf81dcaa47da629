package dev.faultline.local;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import dev.faultline.backing.DiscardedLog;
import dev.faultline.backing.PostgresRole;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.backing.ReplicationState;
import dev.faultline.discovery.FencingToken;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeStatus;
import dev.faultline.local.supervisor.SupervisorDirectory;

/**
 * Watches one shard, and decides what its servers should be. Not thread-safe.
 *
 * <p>
 * A primary whose process has ended is replaced at once, one that does not answer after five seconds and three attempts. In asynchronous mode
 * the standby takes over only if it was receiving the log when the primary last answered; otherwise a primary that died is
 * restarted, because the standby may lack any amount of acknowledged commits.
 */
final class ShardWatch {
    /** Long enough for a busy machine: a promotion that was not needed interrupts the shard for about as long. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MIN_ATTEMPTS = 3;
    private static final Duration QUERY_INTERVAL = Duration.ofSeconds(1);
    /** Starts of a standby that did not last, after which it is rebuilt. */
    private static final int MAX_STARTS = 3;

    private final Shard shard;
    private final ShardRoles roles;
    private final ShardLock lock;
    private final SupervisorDirectory files;
    private final Progress progress;
    private long lastQuery = System.nanoTime() - QUERY_INTERVAL.toNanos();
    private long silentSince;
    private int attempts;
    private boolean wasStreaming;
    private String announced = "";
    private int standbyStarts;

    ShardWatch(Shard shard, ShardRoles roles, ShardLock lock, SupervisorDirectory files, Progress progress) {
        this.shard = shard;
        this.roles = roles;
        this.lock = lock;
        this.files = files;
        this.progress = progress;
    }

    /** Looks once, and makes at most one change; blocks until it is made. */
    void step() {
        Optional<PostgresServer> primary = roles.primary();
        if (roles.isNew()) {
            return; // only ./faultline up creates a shard
        }
        if (primary.isEmpty()) {
            change("no primary; completing its promotion", roles::complete);
            return;
        }
        PostgresServer standby = roles.peerOf(primary.get());
        if (isGone(primary.get())) {
            replace(primary.get(), standby, "has ended");
        } else if (since(lastQuery).compareTo(QUERY_INTERVAL) >= 0) {
            lastQuery = System.nanoTime();
            state(primary.get()).ifPresentOrElse(state -> keepUp(standby, state), () -> lose(primary.get(), standby));
        }
    }

    /** A pause of this process counts as one attempt, however long it was. */
    private void lose(PostgresServer primary, PostgresServer standby) {
        if (attempts++ == 0) {
            silentSince = lastQuery;
        }
        if (attempts >= MIN_ATTEMPTS && since(silentSince).compareTo(PATIENCE) >= 0) {
            replace(primary, standby, "has not answered for " + since(silentSince).toSeconds() + " s");
        }
    }

    private void replace(PostgresServer primary, PostgresServer standby, String why) {
        if (isPromotable(standby)) {
            change(primary.name() + " " + why + "; promoting " + standby.name(), token -> promote(primary, token));
        } else if (isGone(primary) && !node(primary).isStopped()) {
            change(primary.name() + " " + why + ", and " + standby.name() + " cannot replace it; restarting both",
                    roles::complete);
        }
    }

    private void promote(PostgresServer primary, Supplier<FencingToken> token) {
        // Another process may have promoted it while this one waited for the lock.
        if (roles.primary().filter(primary::equals).isEmpty() || state(primary).isPresent()) {
            return;
        }
        long begin = System.nanoTime();
        Optional<DiscardedLog> discarded = roles.promoteStandby(false, token);
        progress.report(shard.name(), new Promotion(primary.name(), roles.peerOf(primary).name(), shard.mode(),
                discarded,
                Duration.ofNanos(System.nanoTime() - begin)).text());
        attempts = 0;
    }

    private void keepUp(PostgresServer standby, ReplicationState primary) {
        attempts = 0;
        wasStreaming = primary.isStreaming();
        if (wasStreaming) {
            standbyStarts = 0;
            announced = "";
        }
        if (node(standby).isStopped()) {
            return;
        }
        if (primary.isPeerLost() || standbyStarts >= MAX_STARTS) {
            standbyStarts = 0;
            change(standby.name() + " cannot follow any more; rebuilding it", token -> roles.rebuild(standby, token));
        } else if (standby.role() == PostgresRole.NONE || node(standby).isFenced()) {
            standbyStarts++;
            change(standby.name() + " is not running; starting it", roles::complete);
        }
    }

    private boolean isPromotable(PostgresServer standby) {
        return standby.role() == PostgresRole.STANDBY && state(standby).filter(state -> !state.isPrimary()).isPresent()
                && (wasStreaming || shard.mode() == Replication.Mode.SYNCHRONOUS);
    }

    private interface Change {
        void with(Supplier<FencingToken> token);
    }

    private void change(String what, Change change) {
        if (!what.equals(announced)) {
            announced = what;
            progress.report(shard.name(), what);
        }
        lock.hold(shard.name(), token -> {
            change.with(token);
            return token;
        });
    }

    /** Whether its process has ended, and nobody but this process or the user will start it again. */
    private boolean isGone(PostgresServer server) {
        NodeDirectory node = node(server);
        return (node.isFenced() || node.isStopped()) && node.status().map(NodeStatus::livingProcess).isEmpty();
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    private NodeDirectory node(PostgresServer server) {
        return files.node(server.name());
    }

    /** Empty if it does not answer. */
    private static Optional<ReplicationState> state(PostgresServer server) {
        try {
            return Optional.of(server.replicationState());
        } catch (SQLException e) {
            return Optional.empty();
        }
    }
}
