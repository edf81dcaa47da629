package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.Cleanup;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.Launch;
import dev.faultline.backing.Parallel;
import dev.faultline.backing.Progress;

/**
 * The real gateway for one piece of work, with the Consul and the identity service that it needs and nothing behind it: each a
 * process, on free ports, with the environment of the local layout.
 */
public final class TemporaryGateway {
    private static final Duration START = Duration.ofMinutes(3);
    private static final List<String> SERVICES = List.of("identity-service-1", Layout.GATEWAY);

    private final Home home;
    private final Layout layout;
    private final Progress progress;
    private final List<ChildProcess> running = new CopyOnWriteArrayList<>();
    private boolean isStopped;

    private TemporaryGateway(Home home, Progress progress) {
        this.home = home;
        this.progress = progress;
        var cache = CacheDirectory.ofThisUser();
        this.layout = new Layout(home, Settings.create(Ports.free()), cache, KafkaAotCache.of(cache), progress);
    }

    /**
     * Starts the processes; stops them and deletes their data afterwards, also when the JVM is interrupted.
     *
     * @param builds      the cluster whose unpacked builds, and their ahead-of-time caches, are used
     * @param parent      of the temporary directory
     * @param environment of the gateway, besides that of the local layout
     * @throws FaultlineException if a process does not start
     */
    public static <T> T run(LocalCluster builds, Path parent, Map<String, String> environment, Progress progress,
            Function<TemporaryGateway, T> work) {
        Path directory = parent.toAbsolutePath().resolve("gateway-" + UUID.randomUUID());
        var home = new Home(directory, builds.applications());
        home.open();
        try {
            Files.createDirectories(home.applications());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        home.secrets().create();
        var gateway = new TemporaryGateway(home, progress);
        try (var _ = new Cleanup(gateway::stop)) {
            gateway.start(environment);
            return work.apply(gateway);
        }
    }

    /** Where clients call it. */
    public URI url() {
        return layout.service(Layout.GATEWAY).url();
    }

    /** Where operators call it. */
    public URI managementUrl() {
        return layout.service(Layout.GATEWAY).managementUrl();
    }

    /** The Consul in which it looks for instances. */
    public URI consulUrl() {
        return layout.consulUrl();
    }

    /** The directory with the secrets of the clients, by client. */
    public Path secrets() {
        return home.secrets().directory();
    }

    /** Under the same lock as {@link #stop}, so that no process is started behind its back. */
    private synchronized void start(Map<String, String> environment) {
        if (isStopped) {
            throw new FaultlineException("Interrupted.");
        }
        layout.backingServices().stream().filter(ConsulAgent.class::isInstance).forEach(consul -> {
            running.add(ChildProcess.start(consul, log(consul.name()), START));
            progress.report(consul.name(), "ready");
        });
        var applications = new Applications(Repository.find(), home.applications(), progress);
        Parallel.run(SERVICES.stream().map(layout::service).<Runnable>map(service -> () -> start(service, applications
                .install(service.application()), service.name().equals(Layout.GATEWAY) ? environment : Map.of()))
                .toList());
    }

    private void start(Service service, Application application, Map<String, String> more) {
        progress.report(service.name(), "starting" + (application.isTrained() ? ""
                : " without an ahead-of-time cache"));
        var environment = new HashMap<>(service.environment());
        environment.putAll(more);
        running.add(ChildProcess.start(service.name(), new Launch(application.command(service.heap()), environment, home
                .directory(), "TERM"), service.readiness(), log(service.name()), START));
        progress.report(service.name(), "ready");
    }

    private synchronized void stop() {
        isStopped = true;
        var last = new ArrayList<>(running);
        last.reversed().forEach(ChildProcess::close);
        home.delete();
    }

    private Path log(String name) {
        return home.directory().resolve(name + ".log");
    }
}
