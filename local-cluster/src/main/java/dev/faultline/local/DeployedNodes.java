package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Launch;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.SupervisorDirectory;

/** Tells a cluster's supervisor which nodes to run, and waits until it does. */
final class DeployedNodes {
    private static final Duration STOPPED = Duration.ofSeconds(90);
    private static final Duration READY = Duration.ofMinutes(3);
    private static final int MAX_RESTARTS = 4;

    private final Home home;
    private final SupervisorDirectory files;
    private final Map<String, String> environment;
    private final Progress progress;

    /** @param environment of every service; overrides the layout's */
    DeployedNodes(Home home, SupervisorDirectory files, Map<String, String> environment, Progress progress) {
        this.home = home;
        this.files = files;
        this.environment = environment;
        this.progress = progress;
    }

    boolean contains(String node) {
        return files.node(node).spec().isPresent();
    }

    void deploy(NodeSpec spec) {
        try {
            files.node(spec.name()).deploy(spec);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void deploy(BackingService server) {
        deploy(new NodeSpec(server.name(), server.port(), server.launch(), server.readiness(), List.of()));
    }

    void deploy(Service service, Application application) {
        var variables = new HashMap<>(service.environment());
        variables.putAll(environment);
        var launch = new Launch(application.command(service.heap()), variables, directoryOf(service.name()), "TERM");
        // It may be told to listen elsewhere.
        int port = Integer.parseInt(variables.getOrDefault(Service.PORT, Integer.toString(service.port())));
        deploy(new NodeSpec(service.name(), port, launch, service.readiness(), service.needs()));
    }

    private Path directoryOf(String node) {
        try {
            return Files.createDirectories(home.data(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns when the node is ready again.
     *
     * @param whileStopped runs before the node is started again
     */
    void restart(String node, Runnable whileStopped) {
        try {
            files.node(node).stop();
            awaitStopped(node);
            whileStopped.run();
            files.node(node).start();
            awaitReady(List.of(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitStopped(String node) {
        boolean stopped = Polling.until(STOPPED, () -> files.node(node).status().filter(status -> status
                .state() == NodeState.STOPPED).isPresent());
        if (!stopped) {
            throw new FaultlineException(node + " is still stopping after " + STOPPED.toSeconds()
                    + " seconds. Kill it with ./faultline kill " + node + ".");
        }
        progress.report(node, "stopped");
    }

    /**
     * Returns when these nodes are ready, except those that the user stopped.
     *
     * @throws FaultlineException if one keeps exiting, or is not ready within three minutes
     */
    void awaitReady(Collection<String> names) {
        long begin = System.nanoTime();
        var waitingFor = new ArrayList<>(names);
        boolean ready = Polling.until(READY, () -> {
            waitingFor.removeIf(name -> isDone(name, begin));
            return waitingFor.isEmpty();
        });
        if (!ready) {
            throw new FaultlineException("Not ready after " + READY.toMinutes() + " minutes: "
                    + String.join(", ", waitingFor) + ". See ./faultline status and ./faultline logs "
                    + waitingFor.getFirst() + ".");
        }
    }

    private boolean isDone(String name, long begin) {
        NodeDirectory node = files.node(name);
        if (node.isStopped()) {
            progress.report(name, "stopped by the user");
            return true;
        }
        return node.status().filter(status -> {
            if (status.state() == NodeState.RESTARTING && status.restarts() >= MAX_RESTARTS) {
                throw new FaultlineException(name + " failed " + status.restarts() + " times; the last time it "
                        + status.detail() + ". Its log ends with:\n" + node.logEnd(5).stream()
                                .map(line -> "  " + LogEntry.parse(line).map(LogEntry::message).orElse(line))
                                .collect(Collectors.joining("\n"))
                        + "\nMore: ./faultline logs " + name);
            }
            if (status.state() == NodeState.READY) {
                progress.report(name, "ready, pid " + (status.process() == null ? "?" : status.process().pid())
                        + " (%.1f s)".formatted((System.nanoTime() - begin) / 1e9));
                return true;
            }
            return false;
        }).isPresent();
    }
}
