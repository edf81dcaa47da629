package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.FaultlineException;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/**
 * Starts servers for tests as containers if a Docker engine is available, as processes otherwise. The system property
 * {@code faultline.test.infrastructure} forces one of them: {@code docker} or {@code embedded}.
 */
final class Infrastructure {
    private static final System.Logger LOG = System.getLogger(Infrastructure.class.getName());
    private static final Duration START = Duration.ofSeconds(90);
    private static final int ATTEMPTS = 3;

    /** Why no container is started; null while one may. Found out once, because it can take minutes. */
    private static volatile @Nullable String withoutDocker;

    private Infrastructure() {}

    /** Starts a server, and logs how. */
    static <S> S start(String server, Supplier<S> docker, Supplier<S> embedded) {
        String forced = System.getProperty("faultline.test.infrastructure", "");
        switch (forced) {
            case "docker" -> {
                return started(server, "in Docker, as configured", docker);
            }
            case "embedded" -> {
                return started(server, "as a process, as configured", embedded);
            }
            case "" -> {
                /* depends on the machine */ }
            default -> throw new IllegalArgumentException(
                    "faultline.test.infrastructure must be docker or embedded, not " + forced);
        }
        if (withoutDocker == null) {
            try {
                if (isDockerAvailable()) {
                    return started(server, "in Docker", docker);
                }
                withoutDocker = "no Docker engine is available";
            } catch (RuntimeException e) { // for example an engine without images, which reaches no registry
                withoutDocker = "containers do not start (" + e.getMessage() + ")";
            }
        }
        return started(server, "as a process: " + withoutDocker, embedded);
    }

    private static <S> S started(String server, String how, Supplier<S> start) {
        S started = start.get();
        LOG.log(System.Logger.Level.INFO, "{0} for tests is running {1}", server, how);
        return started;
    }

    /**
     * Starts a server that is stopped when this JVM ends, in a temporary directory.
     *
     * @param server creates the server, in the given directory, on free ports; called again if the server does not start,
     *               because another process may have taken a port meanwhile
     */
    static <S extends BackingService> S startProcess(Function<Path, S> server) {
        for (int attempt = 1;; attempt++) {
            Path directory = temporaryDirectory();
            S candidate = server.apply(directory);
            try {
                ChildProcess running = ChildProcess.start(candidate, directory.resolve(candidate.name() + ".log"),
                        START);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    running.close();
                    delete(directory);
                }));
                return candidate;
            } catch (FaultlineException e) {
                delete(directory);
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Looks for a socket first, because Testcontainers is slow to find that there is no engine. */
    private static boolean isDockerAvailable() {
        var home = System.getProperty("user.home");
        return (System.getenv("DOCKER_HOST") != null || System.getenv("TESTCONTAINERS_HOST_OVERRIDE") != null
                || Stream.of("/var/run/docker.sock", home + "/.docker/run/docker.sock", home + "/.colima/docker.sock",
                        System.getenv("XDG_RUNTIME_DIR") + "/docker.sock").anyMatch(file -> Files.exists(Path.of(
                                file))))
                && DockerClientFactory.instance().isDockerAvailable();
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("faultline-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try {
            CacheDirectory.deleteTree(directory);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete " + directory, e);
        }
    }
}
