package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.local.supervisor.JsonFile;
import org.jspecify.annotations.Nullable;

/** The one directory that holds all of a cluster's state. */
final class Home {
    static final long LEAST_FREE_BYTES = 1L << 30;

    private final Path directory;
    private final Path applications;
    private final JsonFile<Settings> settings;

    Home(Path directory) {
        this(directory, directory.resolve("apps"));
    }

    /** @param applications where the services' builds are unpacked */
    Home(Path directory, Path applications) {
        this.directory = directory.toAbsolutePath().normalize();
        this.applications = applications.toAbsolutePath().normalize();
        this.settings = new JsonFile<>(this.directory.resolve("cluster.json"), Settings.class);
    }

    Path directory() {
        return directory;
    }

    boolean exists() {
        return Files.isDirectory(directory);
    }

    Path data(String node) {
        return directory.resolve("data").resolve(node);
    }

    Path applications() {
        return applications;
    }

    Optional<Settings> settings() {
        return settings.read();
    }

    void write(Settings changed) {
        try {
            settings.write(changed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes the directory if it is not there.
     *
     * @throws FaultlineException if it cannot be written to, or the disk is almost full
     */
    void open() {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, "write", ".test"));
            long free = Files.getFileStore(directory).getUsableSpace();
            if (free < LEAST_FREE_BYTES) {
                throw new FaultlineException("Only " + free / (1 << 20) + " MiB are free on the disk that holds "
                        + directory + "; a cluster needs " + LEAST_FREE_BYTES / (1 << 20)
                        + ". Make room, or name a directory on another disk with --home or FAULTLINE_HOME.");
            }
        } catch (IOException e) {
            throw new FaultlineException("The cluster's home " + directory + " cannot be written to (" + e.getMessage()
                    + "). Make it writable, or name another directory with --home or FAULTLINE_HOME.", e);
        }
    }

    /** A lock that only one may hold who changes the cluster; given back by closing it, or by the end of the JVM. */
    FileChannel lock() {
        try {
            var channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new FaultlineException("Another ./faultline is starting or stopping the cluster in " + directory
                        + " at this moment. Wait for it to end, then try again.");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by another thread of this JVM.
            return null;
        }
    }

    void delete() {
        try {
            CacheDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new FaultlineException("The cluster's home " + directory + " could not be deleted: " + e.getMessage()
                    + ". Delete it by hand.", e);
        }
    }
}
