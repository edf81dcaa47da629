package dev.faultline.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.Parallel;
import dev.faultline.backing.Polling;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.SupervisorDirectory;

/**
 * Starts the nodes of a cluster that are not running, whatever state the cluster is in. If it is interrupted, it can be
 * repeated.
 */
final class ClusterStartup {
    private static final Duration SHUTDOWN = Duration.ofSeconds(90);

    private final Home home;
    private final Path repository;
    private final SupervisorDirectory files;
    private final DeployedNodes nodes;
    private final Progress progress;
    private final CacheDirectory cache = CacheDirectory.ofThisUser();

    /** @param environment of every service; overrides the layout's */
    ClusterStartup(Home home, Path repository, SupervisorDirectory files, Map<String, String> environment,
            Progress progress) {
        this.home = home;
        this.repository = repository;
        this.files = files;
        this.nodes = new DeployedNodes(home, files, environment, progress);
        this.progress = progress;
    }

    /** Returns when one instance of every service is ready; the others are starting. */
    void up(RequestedSettings requested, TrainingLoad load) throws IOException {
        awaitEndOfShutdown();
        home.secrets().create();
        Layout layout = new Layout(home, requested.apply(home, isAnythingRunning()), cache, KafkaAotCache.of(cache),
                progress);
        layout.security().renew(layout);
        if (files.livingSupervisor().isEmpty()) {
            startSupervisor(layout);
        }
        List<Service> missing = layout.services().stream().filter(service -> !nodes.contains(service.name())).toList();
        if (!missing.isEmpty()) {
            Map<String, Application> applications = install(layout, missing);
            new AotTraining(home.directory().resolve("training"), cache, load, progress).run(applications.values());
            backingServices(layout).run();
            start(missing, Service::isFirst, applications);
            nodes.awaitReady(layout.services().stream().filter(Service::isFirst).map(Service::name).toList());
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
        layout.security().renew(layout);
        Shard added = layout.shards().getLast();
        var missing = added.servers().stream().filter(server -> !nodes.contains(server.name()));
        PortCheck.check(missing.collect(Collectors.toMap(PostgresServer::port, PostgresServer::name)));
        backingServices(layout).start(added);
        // The first instance of every service at once, then the second: there is always one that serves.
        layout.withDatabases().stream().collect(Collectors.groupingBy(Service::instance, TreeMap::new, Collectors
                .toList())).values().forEach(instances -> Parallel.run(instances.stream().<Runnable>map(
                        service -> () -> restart(service)).toList()));
        home.write(settings);
        return added.name();
    }

    /** Restarts an instance from the service's current build, and returns when it is ready. */
    void restart(Service service) {
        var applications = new Applications(repository, home.applications(), progress);
        nodes.restart(service.name(), () -> nodes.deploy(service, applications.install(service.application())));
    }

    DeployedNodes nodes() {
        return nodes;
    }

    private BackingServicesStartup backingServices(Layout layout) {
        return new BackingServicesStartup(layout, home, files, nodes, progress);
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
        List<String> dead = layout.nodeNames().stream().filter(name -> !isAlive(files.node(name))).toList();
        PortCheck.check(layout.listeners().entrySet().stream().filter(listener -> dead.containsAll(listener.getValue()))
                .collect(Collectors.toMap(Map.Entry::getKey, listener -> listener.getValue().getFirst())));
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

    private void start(List<Service> missing, Predicate<Service> which, Map<String, Application> applications) {
        missing.stream().filter(which).forEach(service -> {
            Application application = applications.get(service.application());
            if (application != null) {
                nodes.deploy(service, application);
            }
        });
    }

    private boolean isAnythingRunning() {
        return files.livingSupervisor().isPresent() || files.deployedNodes().stream().anyMatch(ClusterStartup::isAlive);
    }

    private static boolean isAlive(NodeDirectory node) {
        return ClusterNodes.livingProcess(node) != null;
    }
}
