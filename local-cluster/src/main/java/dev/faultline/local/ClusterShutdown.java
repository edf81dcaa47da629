package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.SupervisorDirectory;

/** Stops the nodes of a cluster and its supervisor, whatever state the cluster is in. */
final class ClusterShutdown {
    private static final Duration DOWN = Duration.ofSeconds(90);
    /** For a thread that was starting the cluster when it was interrupted. */
    private static final Duration INTERRUPTED = Duration.ofMinutes(1);

    private final Home home;
    private final SupervisorDirectory files;
    private final Progress progress;

    ClusterShutdown(Home home, SupervisorDirectory files, Progress progress) {
        this.home = home;
        this.files = files;
        this.progress = progress;
    }

    /** Returns when nothing is running any more. A supervisor that has died is replaced, because it stops the nodes. */
    void run() {
        if (!home.exists()) {
            return;
        }
        try (var _ = home.lock(INTERRUPTED)) {
            boolean orphans = files.deployedNodes().stream().anyMatch(node -> ClusterNodes.livingProcess(node) != null);
            if (files.livingSupervisor().isPresent() || orphans) {
                files.requestShutdown();
                SupervisorProcess.ensureRunning(home.directory(), files);
                awaitEnd();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitEnd() {
        var ending = new ArrayList<>(files.deployedNodes());
        boolean ended = Polling.until(DOWN, () -> {
            boolean down = files.livingSupervisor().isEmpty();
            ending.removeIf(node -> {
                boolean stopped = down
                        || node.status().filter(status -> status.state() == NodeState.STOPPED).isPresent();
                if (stopped) {
                    progress.report(node.name(), "stopped");
                }
                return stopped;
            });
            return down;
        });
        if (!ended) {
            throw new FaultlineException("Still running after " + DOWN.toSeconds() + " seconds: "
                    + String.join(", ", ending.stream().map(NodeDirectory::name).toList()) + ". See " + files.log()
                    + ", or kill them with ./faultline kill.");
        }
    }
}
