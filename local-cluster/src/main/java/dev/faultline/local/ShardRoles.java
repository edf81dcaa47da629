package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.faultline.backing.DiscardedLog;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.PostgresRole;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.discovery.FencingToken;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.SupervisorDirectory;

/**
 * The roles of the two servers of a shard. A server's role is that of its data, so every method can be repeated, by any
 * process, after the last one was interrupted anywhere. Call the methods that change something only while holding the
 * {@link ShardLock}.
 */
final class ShardRoles {
    private static final Duration START = Duration.ofMinutes(1);
    /** For a clean shutdown, which sends the rest of the log to the standby. */
    private static final Duration SHUTDOWN = Duration.ofSeconds(3);

    private final Shard shard;
    private final SupervisorDirectory files;
    private final Function<String, Path> directories;
    private final Progress progress;

    /** @param directories of the servers, by name */
    ShardRoles(Shard shard, SupervisorDirectory files, Function<String, Path> directories, Progress progress) {
        this.shard = shard;
        this.files = files;
        this.directories = directories;
        this.progress = progress;
    }

    Optional<PostgresServer> primary() {
        return shard.servers().stream().filter(server -> server.role() == PostgresRole.PRIMARY).findFirst();
    }

    PostgresServer peerOf(PostgresServer server) {
        return shard.servers().stream().filter(other -> other != server).findFirst().orElseThrow();
    }

    /** Whether none of its servers has data. */
    boolean isNew() {
        return shard.servers().stream().allMatch(server -> server.role() == PostgresRole.NONE);
    }

    /** Initializes a new shard. */
    void create(Supplier<FencingToken> token) {
        PostgresServer first = shard.servers().getFirst();
        change(first, token, first::prepare);
    }

    /**
     * Brings the shard to one running primary and one running standby: completes an interrupted promotion, restarts a server
     * that died, and rebuilds one without data. Leaves servers alone that the user stopped.
     */
    void complete(Supplier<FencingToken> token) {
        PostgresServer primary = primary().orElseGet(() -> completePromotion(token));
        run(primary, token);
        PostgresServer standby = peerOf(primary);
        if (files.node(standby.name()).isStopped()) {
            return;
        }
        if (standby.role() == PostgresRole.NONE) {
            change(standby, token, () -> standby.prepareAsStandbyOf(primary));
            progress.report(standby.name(), "rebuilt as the standby of " + primary.name());
        }
        run(standby, token);
    }

    private PostgresServer completePromotion(Supplier<FencingToken> token) {
        PostgresServer standby = shard.servers().stream().filter(server -> server.role() == PostgresRole.STANDBY)
                .findFirst()
                .orElseThrow(() -> new FaultlineException(shard.name() + " has no data."));
        run(standby, token);
        promote(standby, token);
        return standby;
    }

    /**
     * Makes the standby the primary, and the primary its standby.
     *
     * @param graceful whether the old primary is given three seconds to shut down cleanly, with all its log sent
     * @return what the old primary had and the new one has not; empty if that cannot be read
     * @throws FaultlineException if the standby cannot be promoted; before the primary is fenced if it is not running
     */
    Optional<DiscardedLog> promoteStandby(boolean graceful, Supplier<FencingToken> token) {
        PostgresServer old = primary().orElseThrow();
        PostgresServer next = peerOf(old);
        requireStandby(next);
        change(old, token, () -> fence(old, graceful));
        progress.report(old.name(), "fenced: it accepts no more writes");
        String end = promote(next, token);
        complete(token);
        return discardedAfter(end, old);
    }

    /** Before anything is done that only a promotion can end. */
    private static void requireStandby(PostgresServer next) {
        try {
            if (next.role() == PostgresRole.STANDBY && !next.replicationState().isPrimary()) {
                return;
            }
        } catch (SQLException e) {
            // It does not answer.
        }
        throw new FaultlineException(next.name() + " cannot be promoted, because it is not running as a standby. See"
                + " ./faultline status.");
    }

    /** What an asynchronous primary had acknowledged is kept until the next promotion. */
    private Optional<DiscardedLog> discardedAfter(String end, PostgresServer fenced) {
        try {
            DiscardedLog discarded = fenced.discardedAfter(end);
            if (discarded.transactions() == 0 || shard.mode() == Replication.Mode.SYNCHRONOUS) {
                fenced.deleteFenced();
            }
            return Optional.of(discarded);
        } catch (FaultlineException e) {
            progress.report(fenced.name(), "what it had not sent cannot be measured: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Rebuilds a standby that cannot follow its primary any more. */
    void rebuild(PostgresServer standby, Supplier<FencingToken> token) {
        change(standby, token, () -> {
            if (standby.role() == PostgresRole.STANDBY) {
                fence(standby, false);
            }
        });
        standby.deleteFenced();
        complete(token);
    }

    private void fence(PostgresServer server, boolean graceful) {
        NodeDirectory node = files.node(server.name());
        if (graceful) {
            server.disconnectRelays();
        }
        try {
            node.fence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (graceful) {
            Polling.until(SHUTDOWN, () -> node.status().filter(status -> status.state() == NodeState.STOPPED)
                    .isPresent());
        }
        server.fence();
    }

    private String promote(PostgresServer standby, Supplier<FencingToken> token) {
        if (peerOf(standby).role() != PostgresRole.NONE) {
            throw new IllegalStateException(peerOf(standby).name() + " is not fenced");
        }
        var end = new StringBuilder();
        change(standby, token, () -> end.append(standby.promote()));
        progress.report(standby.name(), "promoted: it is the primary of " + shard.name());
        return end.toString();
    }

    /** Starts a server with the role that its data has, and returns when it is ready; unless the user stopped it. */
    private void run(PostgresServer server, Supplier<FencingToken> token) {
        NodeDirectory node = files.node(server.name());
        if (node.isStopped()) {
            return;
        }
        change(server, token, () -> {
            try {
                if (node.spec().isEmpty()) {
                    server.updateAccess();
                    node.deploy(new NodeSpec(server.name(), server.port(), server.launch(), server.readiness(), List
                            .of(),
                            true));
                }
                node.release();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        if (!Polling.until(START, () -> node.isReady() && server.readiness().check())) {
            throw new FaultlineException(server.name() + " is not ready after " + START.toSeconds()
                    + " seconds. See ./faultline logs " + server.name() + ".");
        }
    }

    private void change(PostgresServer server, Supplier<FencingToken> token, Runnable change) {
        new ServerGate(server.name(), directories.apply(server.name())).pass(token.get(), change);
    }
}
