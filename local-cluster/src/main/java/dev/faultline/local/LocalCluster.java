package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

import dev.faultline.local.parts.Cache;
import dev.faultline.local.parts.KafkaAotCache;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.NodeStatus;
import dev.faultline.local.supervisor.ProcessIdentity;
import dev.faultline.local.supervisor.SupervisorDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The whole platform on this machine, its state in one directory: what {@code ./faultline} does, for programs.
 *
 * <p>
 * The nodes belong to a supervisor that outlives this JVM. Any number of these objects may look at one cluster; one at a
 * time may start or stop it. Whatever cannot be done is a {@link RefusedException} whose message is for a person.
 */
public final class LocalCluster {
    private static final Duration DOWN = Duration.ofSeconds(90);

    private final Home home;
    private final SupervisorDirectory files;

    private LocalCluster(Home home) {
        this.home = home;
        this.files = new SupervisorDirectory(home.directory());
    }

    /** The cluster whose state is in this directory, which need not exist yet. */
    public static LocalCluster in(Path home) {
        return new LocalCluster(new Home(home));
    }

    /**
     * The same, with the services' unpacked builds and their ahead-of-time caches in another directory, where they
     * outlive the cluster. Not for two clusters that run at the same time from different builds.
     */
    public static LocalCluster in(Path home, Path applications) {
        return new LocalCluster(new Home(home, applications));
    }

    /** The cluster in {@code FAULTLINE_HOME}, or in {@code .faultline} in the repository. */
    public static LocalCluster ofThisUser() {
        String named = System.getenv("FAULTLINE_HOME");
        return in(named == null || named.isBlank() ? Repository.find().resolve(".faultline") : Path.of(named));
    }

    public Path home() {
        return home.directory();
    }

    /** Whether a supervisor is at work. */
    public boolean isRunning() {
        return files.livingSupervisor().isPresent();
    }

    /** Whether there is any node to look at. */
    public boolean hasNodes() {
        return home.settings().isPresent() && !files.wantedNodes().isEmpty();
    }

    /** Whether everything of the layout has been told to run. */
    public boolean isComplete() {
        return isRunning() && home.settings().isPresent() && layout().nodeNames().stream()
                .allMatch(name -> files.node(name).spec().isPresent());
    }

    /**
     * Starts what does not run yet, and returns when one instance of every service is ready; the others follow, see
     * {@link #awaitReady}. What runs is left alone; what was stopped on purpose too, unless the whole cluster was down.
     *
     * @param gatewayPort where the gateway is to listen; without it where it did the last time, at first on 8080
     */
    public void up(OptionalInt gatewayPort, Progress progress) {
        home.open();
        try (var _ = home.lock()) {
            new Starting(home, Repository.find(), files, progress).up(gatewayPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes the ahead-of-time caches of the services' present builds, in a cluster that is gone afterwards.
     *
     * @return the directories of the builds, named after service and build, each with its cache
     * @throws RefusedException if a cache could not be made, or this cluster runs
     */
    public List<Path> train(Progress progress) {
        home.open();
        try (var _ = home.lock()) {
            if (isRunning()) {
                throw new RefusedException("The cluster in " + home.directory()
                        + " runs from the builds that would be replaced. Stop it with ./faultline down.");
            }
            return new Starting(home, Repository.find(), files, progress).train();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when every node is ready that was not stopped on purpose; three minutes at most. */
    public void awaitReady(Progress progress) {
        List<String> others = layout().nodeNames().stream().filter(name -> !files.node(name).isReady()).toList();
        new Starting(home, Repository.find(), files, progress).awaitReady(others);
    }

    /** Stops every node, those first that others do not need, and the supervisor. Data stays. */
    public void down(Progress progress) {
        if (!home.exists()) {
            return;
        }
        try (var _ = home.lock()) {
            boolean orphans = files.wantedNodes().stream().anyMatch(node -> livingProcess(node) != null);
            if (isRunning() || orphans) {
                files.requestShutdown();
                SupervisorProcess.ensureRunning(home.directory(), files);
                awaitEnd(progress);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitEnd(Progress progress) {
        var ending = new ArrayList<>(files.wantedNodes());
        boolean ended = Waiting.until(DOWN, () -> {
            boolean over = !isRunning();
            ending.removeIf(node -> {
                boolean stopped = over
                        || node.status().filter(status -> status.state() == NodeState.STOPPED).isPresent();
                if (stopped) {
                    progress.report(node.name(), "stopped");
                }
                return stopped;
            });
            return over;
        });
        if (!ended) {
            throw new RefusedException("Still running after " + DOWN.toSeconds() + " seconds: "
                    + String.join(", ", ending.stream().map(NodeDirectory::name).toList()) + ". See " + files.log()
                    + ", or end them with ./faultline kill NODE.");
        }
    }

    /** {@link #down}, and deletes the cluster's home with all data in it. */
    public void wipe(Progress progress) {
        down(progress);
        if (home.exists()) {
            home.delete();
        }
    }

    /** Every node of the layout as it is now, those first that others need. Takes a second if one does not answer. */
    public List<Node> nodes() {
        return layout().nodeNames().stream().map(files::node).parallel().map(LocalCluster::node).toList();
    }

    private static Node node(NodeDirectory directory) {
        NodeStatus status = directory.status().orElseGet(NodeStatus::unknown);
        Optional<NodeSpec> spec = directory.spec();
        int port = spec.map(NodeSpec::port).orElse(0);
        ProcessIdentity process = status.livingProcess();
        if (process == null) {
            // What the supervisor has not noticed yet, or could not write down: on a full disk, say.
            boolean hasEnded = status.state() == NodeState.READY || status.state() == NodeState.STARTING;
            return new Node(directory.name(), hasEnded ? NodeState.RESTARTING : status.state(), OptionalLong.empty(),
                    port, status.since(), status.restarts(), hasEnded ? Node.ENDED : status.detail(), Memory.NONE);
        }
        boolean silent = status.state() == NodeState.READY && spec.isPresent() && !spec.get().readiness().ask();
        return new Node(directory.name(), status.state(), OptionalLong.of(process.pid()), port, status.since(),
                status.restarts(), silent ? Node.SILENT : status.detail(), Memory.ofTree(process.pid()));
    }

    /** The supervisor's own; its children are the nodes. */
    public Memory supervisorMemory() {
        return files.livingSupervisor().map(supervisor -> Memory.ofProcess(supervisor.pid())).orElse(Memory.NONE);
    }

    /** Ends a node in good order and leaves it so until {@link #start}; does not wait for its end. */
    public void stop(String node) {
        change(node, NodeDirectory::stop);
    }

    /** Lets a stopped node run again; does not wait until it is ready. */
    public void start(String node) {
        change(node, NodeDirectory::start);
    }

    /**
     * Sends a signal to a node's process, and to no other that may have its id by now.
     *
     * @param signal the name without SIG, as in {@code KILL} or {@code STOP}
     * @return the process
     */
    public long kill(String node, String signal) {
        requireRunning();
        ProcessIdentity process = livingProcess(directory(node));
        if (process == null || !process.signal(signal)) {
            throw new RefusedException(node + " has no process to send " + signal + " to. See ./faultline status.");
        }
        return process.pid();
    }

    /**
     * Freezes a node until {@link #resume}: its process and all of that one's children, so that a database whose every
     * connection is a process stands still too.
     */
    public void pause(String node) {
        long pid = kill(node, "STOP");
        // The parent first, so that it makes no more of them.
        children(pid).forEach(child -> child.signal("STOP"));
    }

    /** Lets a frozen node go on; one that is not frozen goes on anyway. */
    public void resume(String node) {
        requireRunning();
        ProcessIdentity process = livingProcess(directory(node));
        if (process != null) {
            children(process.pid()).forEach(child -> child.signal("CONT"));
            process.signal("CONT");
        }
    }

    private static List<ProcessIdentity> children(long pid) {
        return ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants)
                .flatMap(child -> ProcessIdentity.of(child.pid()).stream()).toList();
    }

    /** The file that a node's output goes to; {@code supervisor} names the supervisor's. */
    public Path log(String node) {
        return node.equals("supervisor") ? files.log() : directory(node).log();
    }

    /** The only door to the platform. */
    public URI gatewayUrl() {
        return service(Layout.GATEWAY).url();
    }

    /** The simulated card acquirer, which is outside the platform. */
    public URI acquirerUrl() {
        return service(Layout.ACQUIRER).url();
    }

    /** Where the acquirer keeps its own journal, whether or not it runs. */
    public Path acquirerJournal() {
        return home.data(Layout.ACQUIRER).resolve("journal.jsonl");
    }

    /** Where clients write down what they were told. */
    public Path clientJournals() {
        return home.directory().resolve("clients");
    }

    /** Every service's database on every shard. */
    public List<ServiceDatabase> databases() {
        return layout().databases();
    }

    public String kafkaBootstrapServers() {
        return layout().kafkaBootstrapServers();
    }

    /** The agent that every service asks. */
    public URI consulUrl() {
        return layout().consulUrl();
    }

    /** Below which a service has its {@code /actuator}. */
    public URI managementUrl(String node) {
        return service(node).managementUrl();
    }

    private Service service(String name) {
        directory(name);
        return layout().service(name);
    }

    @FunctionalInterface
    private interface Change {
        void of(NodeDirectory node) throws IOException;
    }

    private void change(String node, Change change) {
        requireRunning();
        try {
            change.of(directory(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private NodeDirectory directory(String node) {
        if (!layout().nodeNames().contains(node)) {
            throw unknown(node);
        }
        return files.node(node);
    }

    private RefusedException unknown(String node) {
        List<String> names = layout().nodeNames();
        return new RefusedException("There is no node " + node + "."
                + Suggestion.nearest(node, names).map(name -> " Did you mean " + name + "?").orElse("")
                + " There are: " + String.join(", ", names) + ".");
    }

    /** @throws RefusedException if no supervisor is at work */
    public void requireRunning() {
        if (!isRunning()) {
            throw new RefusedException(
                    "The cluster in " + home.directory() + " is not running. Start it with ./faultline up.");
        }
    }

    private Layout layout() {
        Settings settings = home.settings().orElseThrow(() -> new RefusedException("There is no cluster in "
                + home.directory() + ". Make one with ./faultline up, or name its directory with --home."));
        return new Layout(home, settings, Cache.ofThisUser(), KafkaAotCache.of(Cache.ofThisUser()), (_, _) -> {});
    }

    private static @Nullable ProcessIdentity livingProcess(NodeDirectory node) {
        return node.status().map(NodeStatus::livingProcess).orElse(null);
    }
}
