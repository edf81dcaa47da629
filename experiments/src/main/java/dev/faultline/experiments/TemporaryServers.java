package dev.faultline.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Parallel;
import dev.faultline.backing.Progress;

/**
 * Servers that exist for one piece of work, with their data in a directory of its own. Closing this stops them and deletes
 * their data; so does an interrupt of the JVM.
 */
public final class TemporaryServers implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path directory;
    private final Progress progress;
    private final Map<String, ChildProcess> running = new ConcurrentHashMap<>();
    private final Cleanup cleanup;
    private boolean isStopped;

    /** @param parent of the temporary directory */
    public TemporaryServers(Path parent, Progress progress) {
        // Not createTempDirectory: the servers may run as another user, who has to get in.
        this.directory = parent.toAbsolutePath().resolve("servers-" + UUID.randomUUID());
        this.progress = progress;
        this.cleanup = new Cleanup(this::stop);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new FaultlineException("Cannot create a directory for the servers in " + parent + ": "
                    + e.getMessage() + ".", e);
        }
    }

    /** For the data of a server that is not started yet. */
    public Path directory(String server) {
        return directory.resolve(server);
    }

    /**
     * Prepares and starts servers, all at once, and returns when each is ready.
     *
     * @throws FaultlineException if one does not start
     */
    public void start(List<? extends BackingService> servers) {
        Parallel.run(servers.stream().<Runnable>map(server -> server::prepare).toList());
        startPrepared(servers);
    }

    /**
     * Like {@link #start}, for servers that have their data. Under the same lock as {@link #stop}, so that no server is started
     * behind its back.
     */
    public synchronized void startPrepared(List<? extends BackingService> servers) {
        if (isStopped) {
            throw new FaultlineException("Interrupted.");
        }
        Parallel.run(servers.stream().<Runnable>map(server -> () -> {
            running.put(server.name(), ChildProcess.start(server.name(), server.launch(), server.readiness(), directory
                    .resolve(server.name() + ".log"), START));
            progress.report(server.name(), "ready");
        }).toList());
    }

    /** The last process of a server that was started. */
    public ChildProcess process(BackingService server) {
        return Objects.requireNonNull(running.get(server.name()), server.name() + " was not started");
    }

    private synchronized void stop() {
        isStopped = true;
        Parallel.run(running.values().stream().<Runnable>map(process -> process::close).toList());
        try {
            CacheDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
