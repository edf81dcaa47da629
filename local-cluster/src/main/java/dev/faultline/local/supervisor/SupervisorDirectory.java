package dev.faultline.local.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.faultline.backing.ProcessIdentity;

/**
 * The files that control a supervisor: {@code nodes} has a directory for each node, {@code supervisor} has its lock, its
 * log, its process id, and the request to shut down.
 */
public final class SupervisorDirectory {
    private final Path home;
    private final JsonFile<ProcessIdentity> process;

    public SupervisorDirectory(Path home) {
        this.home = home.toAbsolutePath();
        this.process = new JsonFile<>(directory().resolve("process.json"), ProcessIdentity.class);
    }

    public Path directory() {
        return home.resolve("supervisor");
    }

    public Path log() {
        return directory().resolve("log");
    }

    Path lock() {
        return directory().resolve("lock");
    }

    public NodeDirectory node(String name) {
        return new NodeDirectory(nodesDirectory().resolve(name));
    }

    /** Sorted by name. */
    public List<NodeDirectory> deployedNodes() {
        if (!Files.isDirectory(nodesDirectory())) {
            return List.of();
        }
        try (Stream<Path> directories = Files.list(nodesDirectory())) {
            return directories.filter(directory -> Files.exists(directory.resolve("node.json"))).sorted()
                    .map(NodeDirectory::new).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The running supervisor, if there is one. */
    public Optional<ProcessIdentity> livingSupervisor() {
        return process.read().filter(ProcessIdentity::isAlive);
    }

    void writeProcess(ProcessIdentity supervisor) throws IOException {
        process.write(supervisor);
    }

    /** Asks the supervisor to stop every node, dependents first, and then to exit. */
    public void requestShutdown() throws IOException {
        Files.createDirectories(directory());
        Files.writeString(shutdown(), "");
    }

    public void withdrawShutdown() throws IOException {
        Files.deleteIfExists(shutdown());
    }

    /** Also true if the files are gone, because someone deleted the directory of a running cluster. */
    public boolean shutdownIsRequested() {
        return Files.exists(shutdown()) || !Files.exists(lock());
    }

    private Path shutdown() {
        return directory().resolve("shutdown");
    }

    private Path nodesDirectory() {
        return home.resolve("nodes");
    }
}
