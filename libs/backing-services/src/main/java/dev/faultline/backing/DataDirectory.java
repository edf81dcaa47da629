package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A PostgreSQL server's data directory, and the processes that work in it. */
final class DataDirectory {
    /** PostgreSQL itself removes this file when it is promoted, before it accepts the first write. */
    static final String STANDBY_SIGNAL = "standby.signal";
    private static final Path PROC = Path.of("/proc");
    private static final Duration KILL = Duration.ofSeconds(10);
    private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions.asFileAttribute(PosixFilePermissions
            .fromString("rwx------"));

    private final Path path;
    private final Path unfinished;
    private final Path fenced;

    DataDirectory(Path path) {
        this.path = path;
        this.unfinished = path.resolveSibling(path.getFileName() + ".unfinished");
        this.fenced = path.resolveSibling(path.getFileName() + ".fenced");
    }

    Path path() {
        return path;
    }

    /** Where {@link #fence} moves the data. */
    Path fenced() {
        return fenced;
    }

    @FunctionalInterface
    interface Content {
        void createIn(Path directory) throws IOException, SQLException;
    }

    /** Creates the directory under a temporary name and renames it, so that an existing data directory is complete. */
    void create(Unprivileged user, Content content) throws IOException, SQLException {
        CacheDirectory.deleteTree(unfinished);
        Files.createDirectories(Objects.requireNonNull(unfinished.getParent()));
        try {
            Files.createDirectory(unfinished, OWNER_ONLY);
            user.own(unfinished);
            content.createIn(unfinished);
            user.ownTree(unfinished);
            Files.move(unfinished, path);
        } finally {
            CacheDirectory.deleteTree(unfinished);
        }
    }

    /**
     * Moves the data away, and kills every process that can write to it. In this order, so that no server can start on it
     * meanwhile. Idempotent.
     *
     * @throws IOException if a process survives for ten seconds, or the data cannot be moved
     */
    void fence() throws IOException {
        if (role() != PostgresRole.NONE) {
            CacheDirectory.deleteTree(fenced);
            Files.move(path, fenced);
        }
        boolean dead = Polling.until(KILL, () -> {
            List<ProcessIdentity> processes = processesIn(fenced);
            processes.forEach(process -> process.signal("KILL"));
            return processes.isEmpty();
        });
        if (!dead) {
            throw new IOException("its processes do not end: " + processesIn(fenced));
        }
    }

    PostgresRole role() {
        if (!Files.exists(path.resolve("PG_VERSION"))) {
            return PostgresRole.NONE;
        }
        return Files.exists(path.resolve(STANDBY_SIGNAL)) ? PostgresRole.STANDBY : PostgresRole.PRIMARY;
    }

    /**
     * The processes that can write to a data directory: the postmaster and its children, which all work in it; on Linux also
     * children that outlived their postmaster.
     */
    static List<ProcessIdentity> processesIn(Path directory) {
        Stream<Long> processes = Files.isDirectory(PROC.resolve("self")) ? workingIn(directory)
                : postmasterFamily(directory);
        return processes.flatMap(pid -> ProcessIdentity.of(pid).stream()).toList();
    }

    private static Stream<Long> postmasterFamily(Path directory) {
        try (Stream<String> lines = Files.lines(directory.resolve("postmaster.pid"))) {
            long postmaster = Long.parseLong(lines.findFirst().orElse(""));
            return ProcessHandle.of(postmaster).stream().flatMap(process -> Stream.concat(Stream.of(process), process
                    .descendants())).map(ProcessHandle::pid);
        } catch (IOException | NumberFormatException e) { // it was stopped
            return Stream.empty();
        }
    }

    private static Stream<Long> workingIn(Path directory) {
        try (Stream<Path> all = Files.list(PROC)) {
            Path here = directory.toRealPath();
            return all.filter(process -> Objects.toString(process.getFileName()).matches("\\d+") && isIn(here, process))
                    .map(process -> Long.valueOf(Objects.toString(process.getFileName()))).toList().stream();
        } catch (IOException e) { // the directory does not exist
            return Stream.empty();
        }
    }

    private static boolean isIn(Path directory, Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(directory);
        } catch (IOException e) { // it has ended, or belongs to another user
            return false;
        }
    }
}
