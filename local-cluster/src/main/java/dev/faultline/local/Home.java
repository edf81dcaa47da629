package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.local.supervisor.JsonFile;
import org.jspecify.annotations.Nullable;

/** The directory with all of a cluster's state. */
final class Home {
    private static final long MIN_FREE_BYTES = 1L << 30;

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

    Secrets secrets() {
        return new Secrets(directory.resolve("secrets"));
    }

    /** The certificates of a secured cluster, with their keys. */
    Path certificates() {
        return directory.resolve("tls");
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
     * Creates the directory if it does not exist. Only its owner can enter it.
     *
     * @throws FaultlineException if it is not writable, or the disk is almost full
     */
    void open() {
        try {
            Files.createDirectories(directory);
            // Passwords are in several files below it.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            Files.delete(Files.createTempFile(directory, "write", ".test"));
            long free = Files.getFileStore(directory).getUsableSpace();
            if (free < MIN_FREE_BYTES) {
                throw new FaultlineException("The disk of " + directory + " has only " + free / (1 << 20)
                        + " MiB free; a cluster needs " + MIN_FREE_BYTES / (1 << 20)
                        + ". Free space, or choose a directory on another disk with --home or FAULTLINE_HOME.");
            }
        } catch (IOException e) {
            throw new FaultlineException("The cluster's home " + directory + " is not writable (" + e.getMessage()
                    + "). Make it writable, or choose another directory with --home or FAULTLINE_HOME.", e);
        }
    }

    /**
     * Acquires the exclusive lock for changing the cluster; released by closing it, or when the JVM ends.
     *
     * @throws FaultlineException if somebody else has the lock
     */
    FileChannel lock() {
        return lock(Duration.ZERO);
    }

    /**
     * Acquires the exclusive lock as {@link #lock()} does, but waits for another thread of this JVM.
     *
     * @throws FaultlineException at once if another process has the lock
     */
    FileChannel lock(Duration atMost) {
        try {
            var channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            var acquired = new AtomicReference<@Nullable FileLock>();
            Polling.until(atMost, () -> isDecided(channel, acquired));
            if (acquired.get() == null) {
                channel.close();
                throw new FaultlineException("Another ./faultline is starting or stopping the cluster in " + directory
                        + ". Wait until it ends, then try again.");
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isDecided(FileChannel channel, AtomicReference<@Nullable FileLock> acquired) {
        try {
            acquired.set(channel.tryLock());
            return true;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete() {
        try {
            CacheDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new FaultlineException("Cannot delete the cluster's home " + directory + ": " + e.getMessage()
                    + ". Delete it manually.", e);
        }
    }
}
