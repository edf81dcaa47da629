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
import org.testcontainers.DockerClientFactory;

/**
 * Where servers come from in this JVM. The system property {@code faultline.test.infrastructure} forces one:
 * {@code docker} or {@code embedded}.
 */
final class Infrastructure {
    private static final System.Logger LOG = System.getLogger(Infrastructure.class.getName());
    private static final Duration START = Duration.ofSeconds(90);
    private static final int ATTEMPTS = 3;

    private Infrastructure() {}

    /** Starts a server the way this machine can, and says in one line which way that was. */
    static <S> S start(String server, Supplier<S> docker, Supplier<S> embedded) {
        String forced = System.getProperty("faultline.test.infrastructure", "");
        switch (forced) {
            case "docker" -> {
                return started(server, "in Docker, as told", docker);
            }
            case "embedded" -> {
                return started(server, "as a process, as told", embedded);
            }
            case "" -> {
                /* the machine decides */ }
            default -> throw new IllegalArgumentException(
                    "faultline.test.infrastructure is " + forced + "; it must be docker or embedded");
        }
        if (!dockerAnswers()) {
            return started(server, "as a process: no Docker engine answers", embedded);
        }
        try {
            return started(server, "in Docker", docker);
        } catch (RuntimeException e) {
            return started(server, "as a process: Docker cannot run it (" + e.getMessage() + ")", embedded);
        }
    }

    private static <S> S started(String server, String how, Supplier<S> start) {
        S started = start.get();
        LOG.log(System.Logger.Level.INFO, "{0} for tests runs {1}", server, how);
        return started;
    }

    /**
     * Starts a part that ends with this JVM, in a directory that is deleted then.
     *
     * @param part makes it in the given directory, on ports that are free; tried again on others if it does not start,
     *             because a port that was free may be taken a moment later
     */
    static <P extends BackingService> P startPart(Function<Path, P> part) {
        for (int attempt = 1;; attempt++) {
            Path directory = temporaryDirectory();
            P candidate = part.apply(directory);
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

    /** Asking Testcontainers is slow where there is nothing to find, so its usual places are looked at first. */
    private static boolean dockerAnswers() {
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
            LOG.log(System.Logger.Level.WARNING, "could not delete " + directory, e);
        }
    }
}
