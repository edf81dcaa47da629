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
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.Launch;
import dev.faultline.backing.Polling;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.SupervisorDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Starts the nodes of a cluster that are not running, whatever state the cluster is in. If it is interrupted, it can be
 * repeated.
 */
final class ClusterStartup {
    private static final Duration SHUTDOWN = Duration.ofSeconds(90);
    private static final Duration READY = Duration.ofMinutes(3);
    private static final int MAX_RESTARTS = 4;

    private final Home home;
    private final Path repository;
    private final SupervisorDirectory files;
    private final Map<String, String> environment;
    private final Progress progress;
    private final CacheDirectory cache = CacheDirectory.ofThisUser();

    /** @param environment of every service; overrides the layout's */
    ClusterStartup(Home home, Path repository, SupervisorDirectory files, Map<String, String> environment,
            Progress progress) {
        this.home = home;
        this.repository = repository;
        this.files = files;
        this.environment = environment;
        this.progress = progress;
    }

    /** Returns when one instance of every service is ready; the others are starting. */
    void up(OptionalInt gatewayPort, Replication.@Nullable Mode standbys, TrainingLoad load) throws IOException {
        awaitEndOfShutdown();
        home.secrets().create();
        Layout layout = new Layout(home, new RequestedSettings(gatewayPort, standbys).apply(home, isAnythingRunning()),
                cache, KafkaAotCache.of(cache), progress);
        if (files.livingSupervisor().isEmpty()) {
            startSupervisor(layout);
        }
        List<Service> missing = layout.services().stream().filter(service -> !isDeployed(service.name())).toList();
        if (!missing.isEmpty()) {
            Map<String, Application> applications = install(layout, missing);
            new AotTraining(home.directory().resolve("training"), cache, load, progress).run(applications.values());
            startBackingServices(layout);
            start(missing, Service::isFirst, applications);
            awaitReady(layout.services().stream().filter(Service::isFirst).map(Service::name).toList());
            start(missing, service -> !service.isFirst(), applications);
        }
    }

    /**
     * Starts another shard, which owns nothing yet, and has every service know it: those that have databases are restarted,
     * one instance of each after the other. The settings are written last, so that a repetition completes what was interrupted.
     *
     * @return the name of the shard
     */
    String addShard() {
        Settings settings = home.settings().orElseThrow().withAnotherShard();
        Layout layout = new Layout(home, settings, cache, KafkaAotCache.of(cache), progress);
        Shard added = layout.shards().getLast();
        PortCheck.check(added.servers().stream().filter(server -> !isDeployed(server.name())).collect(Collectors.toMap(
                PostgresServer::port, PostgresServer::name)));
        start(added, layout);
        // The first instance of every service at once, then the second: there is always one that serves.
        layout.withDatabases().stream().collect(Collectors.groupingBy(Service::instance, TreeMap::new, Collectors
                .toList())).values().forEach(instances -> Parallel.run(instances.stream().<Runnable>map(
                        service -> () -> restart(service)).toList()));
        home.write(settings);
        return added.name();
    }

    /** Restarts an instance from the service's current build, and returns when it is ready. */
    void restart(Service service) {
        restart(service.name(), () -> deploy(service, new Applications(repository, home.applications(), progress)
                .install(service.application())));
    }

    /** @param whileStopped runs before the node is started again */
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

    /** Unpacks the current builds and creates their caches; returns their directories. */
    List<Path> train(TrainingLoad load) {
        var settings = home.settings().orElseGet(() -> Settings.create(Ports.DEFAULT_GATEWAY));
        Layout layout = new Layout(home, settings, cache, KafkaAotCache.of(cache), progress);
        Collection<Application> applications = install(layout, layout.services()).values();
        new AotTraining(home.directory().resolve("training"), cache, load, progress).run(applications);
        List<String> untrained = applications.stream().filter(each -> !each.isTrained()).map(Application::name)
                .toList();
        if (!untrained.isEmpty()) {
            throw new FaultlineException("Cannot create a cache for " + String.join(", ", untrained) + ".");
        }
        return applications.stream().map(Application::directory).toList();
    }

    /** An interrupted down may have left a shutdown in progress. */
    private void awaitEndOfShutdown() {
        if (files.shutdownIsRequested() && !Polling.until(SHUTDOWN, () -> files.livingSupervisor().isEmpty())) {
            throw new FaultlineException("The cluster in " + home.directory() + " is still stopping after "
                    + SHUTDOWN.toSeconds() + " seconds; see " + files.log() + ".");
        }
    }

    /** Starts a supervisor, which adopts the nodes that are still running. */
    private void startSupervisor(Layout layout) throws IOException {
        var dead = new ArrayList<String>();
        for (String name : layout.nodeNames()) {
            NodeDirectory node = files.node(name);
            if (!isAlive(node)) {
                dead.add(name);
            }
        }
        PortCheck.check(layout.listeners().entrySet().stream().filter(listener -> dead.contains(listener.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        for (NodeDirectory node : files.deployedNodes()) {
            if (!isAlive(node)) {
                node.undeploy();
            }
        }
        for (String name : dead) {
            files.node(name).start();
        }
        files.withdrawShutdown();
        SupervisorProcess.ensureRunning(home.directory(), files);
    }

    /** Unpacks the current build of every service. */
    private Map<String, Application> install(Layout layout, List<Service> missing) {
        var builds = new Applications(repository, home.applications(), progress);
        var applications = new ConcurrentHashMap<String, Application>();
        Parallel.run(layout.services().stream().map(Service::application).distinct()
                .<Runnable>map(name -> () -> applications.put(name, builds.install(name))).toList());
        if (missing.size() == layout.services().size()) {
            builds.deleteAllExcept(applications.values());
        }
        return applications;
    }

    private void startBackingServices(Layout layout) {
        Parallel.run(layout.backingServices().stream().filter(server -> !(server instanceof PostgresServer))
                .<Runnable>map(server -> () -> start(server)).toList());
        Parallel.run(layout.shards().stream().<Runnable>map(shard -> () -> start(shard, layout)).toList());
        if (layout.failover().isPresent() && !isDeployed(layout.failover().get())) {
            deploy(FailoverProcess.spec(layout, home));
        }
        awaitReady(layout.failover().stream().toList());
    }

    private void start(Shard shard, Layout layout) {
        if (shard.hasStandby()) {
            new ShardLock(layout.consulUrl(), "up").hold(shard.name(), token -> {
                var roles = new ShardRoles(shard, files, home::data, progress);
                if (roles.isNew()) {
                    roles.create(token);
                }
                roles.complete(token);
                return shard;
            });
        }
        shard.servers().forEach(this::start);
        layout.createDatabases(shard);
    }

    private void start(BackingService server) {
        if (!isDeployed(server.name())) {
            server.prepare();
            deploy(new NodeSpec(server.name(), server.port(), server.launch(), server.readiness(), List.of()));
        }
        awaitReady(List.of(server.name()));
    }

    private void start(List<Service> missing, Predicate<Service> which, Map<String, Application> applications) {
        missing.stream().filter(which).forEach(service -> {
            Application application = applications.get(service.application());
            if (application != null) {
                deploy(service, application);
            }
        });
    }

    private void deploy(Service service, Application application) {
        var variables = new HashMap<>(service.environment());
        variables.putAll(environment);
        var launch = new Launch(application.command(service.heap()), variables,
                directoryOf(service.name()), "TERM");
        deploy(new NodeSpec(service.name(), service.port(), launch, service.readiness(), service.needs()));
    }

    private void awaitStopped(String node) {
        NodeDirectory files = this.files.node(node);
        boolean stopped = Polling.until(SHUTDOWN,
                () -> files.status().filter(status -> status.state() == NodeState.STOPPED).isPresent());
        if (!stopped) {
            throw new FaultlineException(node + " is still stopping after " + SHUTDOWN.toSeconds()
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

    private void deploy(NodeSpec spec) {
        try {
            files.node(spec.name()).deploy(spec);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path directoryOf(String node) {
        try {
            return Files.createDirectories(home.data(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isAnythingRunning() {
        return files.livingSupervisor().isPresent() || files.deployedNodes().stream().anyMatch(ClusterStartup::isAlive);
    }

    private boolean isDeployed(String node) {
        return files.node(node).spec().isPresent();
    }

    private static boolean isAlive(NodeDirectory node) {
        return node.status().filter(status -> status.livingProcess() != null).isPresent();
    }
}
