package dev.faultline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.Launch;
import dev.faultline.backing.Parallel;
import dev.faultline.backing.Progress;

/**
 * Creates the ahead-of-time caches of the services and the broker: runs one instance of each in a temporary directory and
 * places orders, while each JVM records the classes it loads and links and the profiles of its hot code.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514: Ahead-of-Time Command-Line Ergonomics</a>
 * @see <a href="https://openjdk.org/jeps/515">JEP 515: Ahead-of-Time Method Profiling</a>
 */
final class AotTraining {
    private static final String REPORTER = "training";
    private static final Duration START = Duration.ofMinutes(4);

    private final Path directory;
    private final CacheDirectory cache;
    private final TrainingLoad load;
    private final Progress progress;
    private final KafkaAotCache kafka;

    /** @param directory for temporary files */
    AotTraining(Path directory, CacheDirectory cache, TrainingLoad load, Progress progress) {
        this.directory = directory;
        this.load = load;
        this.cache = cache;
        this.progress = progress;
        this.kafka = KafkaAotCache.of(cache);
    }

    /**
     * Creates the missing caches. If this fails, everything starts without caches, which is several times slower.
     *
     * @throws FaultlineException if the thread is interrupted
     */
    void run(Collection<Application> applications) {
        if (kafka.exists() && applications.stream().allMatch(Application::isTrained)) {
            return;
        }
        long begin = System.nanoTime();
        progress.report(REPORTER, "creating the ahead-of-time caches of this build with a few hundred orders");
        try {
            CacheDirectory.deleteTree(directory);
            if (kafka.exists()) {
                run(applications, kafka);
            } else {
                kafka.create(recording -> run(applications, recording));
            }
            CacheDirectory.deleteTree(directory);
            progress.report(REPORTER, "done (%.1f s); later starts are several times faster"
                    .formatted((System.nanoTime() - begin) / 1e9));
        } catch (IOException | FaultlineException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new FaultlineException("Interrupted.", e);
            }
            progress.report(REPORTER, "failed, so everything starts more slowly; see " + directory + ": "
                    + e.getMessage());
        }
    }

    private void run(Collection<Application> applications, KafkaAotCache broker) throws IOException {
        var home = new Home(directory);
        home.secrets().create();
        var layout = new Layout(home, Settings.create(Ports.free()), cache, broker,
                (name, line) -> progress.report(REPORTER, name + ": " + line));
        var running = new ConcurrentHashMap<String, ChildProcess>();
        var recorded = new LinkedHashMap<Path, Path>();
        try {
            Parallel.run(layout.backingServices().stream().<Runnable>map(server -> () -> running.put(server.name(),
                    ChildProcess.start(server, log(server.name()), START))).toList());
            layout.shards().forEach(layout::createDatabases);
            start(layout.services().stream().filter(Service::isFirst).toList(), applications, running, recorded);
            progress.report(REPORTER, "placing orders");
            load.run(layout.service(Layout.GATEWAY).url(), home.secrets().directory());
        } finally {
            stop(layout, running);
        }
        for (Map.Entry<Path, Path> cache : recorded.entrySet()) {
            // Empty if the JVM was killed, because it took too long.
            if (!Files.exists(cache.getKey()) || Files.size(cache.getKey()) == 0) {
                throw new IOException("a JVM did not write " + cache.getKey());
            }
            Files.move(cache.getKey(), cache.getValue(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** In parallel. */
    private void start(List<Service> services, Collection<Application> applications, Map<String, ChildProcess> running,
            Map<Path, Path> recorded) {
        progress.report(REPORTER, "starting the services without caches");
        var starts = new ArrayList<Runnable>();
        for (Service service : services) {
            Application application = applications.stream().filter(one -> one.name().equals(service.application()))
                    .findFirst().orElseThrow();
            Path output = application.directory().resolve("recorded-" + ProcessHandle.current().pid()
                    + ".aot");
            recorded.put(output, application.cache());
            var launch = new Launch(application.recordingCommand(service.heap(), output), service.environment(),
                    directory, "TERM");
            starts.add(() -> running.put(service.name(),
                    ChildProcess.start(service.name(), launch, service.readiness(), log(service.name()), START)));
        }
        Parallel.run(starts);
    }

    /** Dependents first. Completes although this thread is interrupted, and does not wait for caches then. */
    private void stop(Layout layout, Map<String, ChildProcess> running) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        if (!interrupted) {
            progress.report(REPORTER, "stopping the services, which write their caches");
        }
        try {
            stop(layout.services().stream().map(Service::name), running);
        } catch (FaultlineException e) {
            interrupted = true;
        }
        interrupted |= Thread.interrupted();
        stop(layout.backingServices().stream().map(BackingService::name), running);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Stream<String> names, Map<String, ChildProcess> running) {
        Parallel.run(names.map(running::remove).filter(Objects::nonNull).<Runnable>map(process -> process::close)
                .toList());
    }

    private Path log(String name) {
        return directory.resolve(name + ".log");
    }
}
