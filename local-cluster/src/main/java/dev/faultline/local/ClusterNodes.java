package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.PostgresRole;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Progress;
import dev.faultline.backing.StandbyReplay;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.NodeStatus;
import dev.faultline.local.supervisor.SupervisorDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Lists and controls the nodes of a running cluster. Methods with the name of a node throw {@link FaultlineException} if it
 * does not exist; those that change a node also if the supervisor is not running.
 */
public final class ClusterNodes {
    /** For a database that has just been resumed, or is starting. */
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final LocalCluster cluster;
    private final Layout layout;
    private final SupervisorDirectory files;

    ClusterNodes(LocalCluster cluster, Layout layout, SupervisorDirectory files) {
        this.cluster = cluster;
        this.layout = layout;
        this.files = files;
    }

    /** The state of every node, dependencies first. Takes a second if a node does not respond. */
    public List<Node> list() {
        return layout.nodeNames().stream().parallel().map(name -> withRole(node(files.node(name)))).toList();
    }

    /** Adds the role to the detail of a server that responds and whose shard has a standby. */
    private Node withRole(Node node) {
        if (node.detail().equals(Node.UNRESPONSIVE)) {
            return node;
        }
        for (Shard shard : layout.shards()) {
            for (PostgresServer server : shard.servers()) {
                if (shard.hasStandby() && server.name().equals(node.name())) {
                    return node.withDetail(RoleText.of(shard, server) + (node.detail().isEmpty() ? "" : "; " + node
                            .detail()));
                }
            }
        }
        return node;
    }

    /** The names of the instances of services. */
    public List<String> services() {
        return layout.services().stream().map(Service::name).toList();
    }

    private static Node node(NodeDirectory directory) {
        NodeStatus status = directory.status().orElseGet(NodeStatus::unknown);
        Optional<NodeSpec> spec = directory.spec();
        int port = spec.map(NodeSpec::port).orElse(0);
        ProcessIdentity process = status.livingProcess();
        if (process == null) {
            // The supervisor has not noticed the exit yet, or could not record it because the disk is full.
            boolean hasExited = status.state() == NodeState.READY || status.state() == NodeState.STARTING;
            return new Node(directory.name(), hasExited ? NodeState.RESTARTING : status.state(), OptionalLong.empty(),
                    port, status.since(), status.restarts(), hasExited ? Node.EXITED : status.detail(), Memory.NONE);
        }
        boolean unresponsive = status.state() == NodeState.READY && spec.isPresent() && !spec.get().readiness().check();
        return new Node(directory.name(), status.state(), OptionalLong.of(process.pid()), port, status.since(),
                status.restarts(), unresponsive ? Node.UNRESPONSIVE : status.detail(), Memory.ofTree(process.pid()));
    }

    /** Stops a node gracefully until {@link #start}; does not wait until it has stopped. */
    public void stop(String node) {
        change(node, NodeDirectory::stop);
    }

    /** Starts a stopped node; does not wait until it is ready. */
    public void start(String node) {
        change(node, NodeDirectory::start);
    }

    /**
     * Restarts one node, or every instance of a service one after the other, each ready before the next one stops. Services
     * restart from their current build; without an ahead-of-time cache, they start more slowly.
     *
     * @param nodeOrService for example {@code order-service-1} or {@code order-service}
     */
    public void restart(String nodeOrService, Progress progress) {
        List<Service> services = layout.services().stream().filter(service -> service.application().equals(
                nodeOrService) || service.name().equals(nodeOrService)).toList();
        cluster.requireRunning();
        if (services.isEmpty()) {
            cluster.startup(progress).nodes().restart(directory(nodeOrService).name(), () -> {});
        }
        services.forEach(cluster.startup(progress)::restart);
    }

    /**
     * Restarts an instance of a service on another port, where it listens until its next {@link #restart} or the next start of
     * the cluster. Those that call it find it there through Consul. Returns when it is ready.
     *
     * @throws FaultlineException also if the node's callers do not find it through Consul, or the port is in use
     */
    public void move(String node, int port, Progress progress) {
        cluster.requireRunning();
        directory(node);
        if (layout.services().stream().noneMatch(service -> service.name().equals(node) && service
                .isFoundThroughConsul())) {
            throw new FaultlineException(node + " cannot listen on another port, because its callers have its address."
                    + " These can: " + layout.services().stream().filter(Service::isFoundThroughConsul).map(
                            Service::name).collect(Collectors.joining(", ")) + ".");
        }
        PortCheck.check(port, node);
        cluster.with(Map.of(Service.PORT, Integer.toString(port))).startup(progress).restart(layout.service(node));
    }

    /**
     * Sends a signal to a node's process, and never to another process that reuses its id.
     *
     * @param signal the name without SIG, for example {@code KILL} or {@code STOP}
     * @return the process id
     */
    public long kill(String node, String signal) {
        cluster.requireRunning();
        ProcessIdentity process = livingProcess(directory(node));
        if (process == null || !process.signal(signal)) {
            throw new FaultlineException("Cannot send " + signal + ": " + node
                    + " is not running. See ./faultline status.");
        }
        return process.pid();
    }

    /** Freezes a node's process and its children, which a database has for each connection, until {@link #resume}. */
    public void pause(String node) {
        long pid = kill(node, "STOP");
        // The parent first, so that it cannot fork more children.
        children(pid).forEach(child -> child.signal("STOP"));
    }

    /**
     * Makes a standby lag until {@link #resume}, its restart or its promotion: it receives its primary's log and replays
     * nothing. Returns when this is so.
     *
     * @throws FaultlineException also if the node is not a standby
     */
    public void lag(String node) {
        cluster.requireRunning();
        directory(node);
        PostgresServer server = servers().filter(each -> each.name().equals(node) && each
                .role() == PostgresRole.STANDBY).findFirst().orElseThrow(() -> new FaultlineException(node
                        + " cannot lag, because it is not a standby. " + standbys()));
        new StandbyReplay(server).pause();
    }

    private String standbys() {
        List<String> names = servers().filter(server -> server.role() == PostgresRole.STANDBY).map(PostgresServer::name)
                .toList();
        return names.isEmpty() ? "There are none; ./faultline up --standbys, after ./faultline down, starts some."
                : "The standbys are: " + String.join(", ", names) + ".";
    }

    private Stream<PostgresServer> servers() {
        return layout.shards().stream().flatMap(shard -> shard.servers().stream());
    }

    /**
     * Undoes {@link #pause} and {@link #lag}; has no effect on a node that neither is paused nor lags.
     *
     * @throws FaultlineException also if a standby does not answer for twenty seconds
     */
    public void resume(String node) {
        cluster.requireRunning();
        ProcessIdentity process = livingProcess(directory(node));
        if (process != null) {
            children(process.pid()).forEach(child -> child.signal("CONT"));
            process.signal("CONT");
        }
        servers().filter(server -> server.name().equals(node)).forEach(this::resumeReplay);
    }

    /** The end of the process or of the role has ended the lag too. */
    private void resumeReplay(PostgresServer server) {
        var replay = new StandbyReplay(server);
        if (!Polling.until(ANSWER, () -> server.role() != PostgresRole.STANDBY
                || livingProcess(files.node(server.name())) == null || replay.resume())) {
            throw new FaultlineException(server.name() + " does not answer, and may still lag. See ./faultline status"
                    + " and ./faultline logs " + server.name() + ".");
        }
    }

    private static List<ProcessIdentity> children(long pid) {
        return ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants)
                .flatMap(child -> ProcessIdentity.of(child.pid()).stream()).toList();
    }

    /** The file that a node logs to. */
    public Path log(String node) {
        return directory(node).log();
    }

    /** Where a service's clients call it. */
    public URI url(String node) {
        Service service = layout.service(directory(node).name());
        return service.url(files.node(node).spec().map(NodeSpec::port).orElse(service.port()));
    }

    /** The root of a service's {@code /actuator}. */
    public URI managementUrl(String node) {
        directory(node);
        return layout.service(node).managementUrl();
    }

    @FunctionalInterface
    private interface Change {
        void of(NodeDirectory node) throws IOException;
    }

    private void change(String node, Change change) {
        cluster.requireRunning();
        try {
            change.of(directory(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NodeDirectory directory(String node) {
        List<String> names = layout.nodeNames();
        if (!names.contains(node)) {
            throw new FaultlineException("Unknown node " + node + "."
                    + Suggestion.nearest(node, names).map(name -> " Did you mean " + name + "?").orElse("")
                    + " The nodes are: " + String.join(", ", names) + ".");
        }
        return files.node(node);
    }

    static @Nullable ProcessIdentity livingProcess(NodeDirectory node) {
        return node.status().map(NodeStatus::livingProcess).orElse(null);
    }
}
