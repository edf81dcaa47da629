package dev.faultline.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory of files that are downloaded or unpacked once per machine: {@code $XDG_CACHE_HOME/faultline}, or
 * {@code ~/.cache/faultline}.
 *
 * <p>
 * An entry is created under a temporary name and then renamed, so it is either complete or absent. If several processes
 * create the same entry concurrently, the first one is kept.
 */
public final class CacheDirectory {
    private final Path directory;

    public CacheDirectory(Path directory) {
        this.directory = directory;
    }

    public static CacheDirectory ofThisUser() {
        String xdg = Optional.ofNullable(System.getenv("XDG_CACHE_HOME")).orElse("");
        Path base = xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return new CacheDirectory(base.resolve("faultline").toAbsolutePath());
    }

    /** Creates the content of an entry in an empty directory. */
    @FunctionalInterface
    public interface Content {
        void createIn(Path directory) throws IOException;
    }

    public Path directory() {
        return directory;
    }

    public Optional<Path> find(String entry) {
        return Optional.of(directory.resolve(entry)).filter(Files::isDirectory);
    }

    /** Returns the entry's directory; creates it if it does not exist. */
    public Path get(String entry, Content content) throws IOException {
        Path target = directory.resolve(entry);
        if (Files.isDirectory(target)) {
            return target;
        }
        Files.createDirectories(directory);
        Path unfinished = Files.createTempDirectory(directory, entry + ".unfinished-");
        try {
            content.createIn(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Another process created the entry first.
            if (!Files.isDirectory(target)) {
                throw e;
            }
        } finally {
            deleteTree(unfinished);
        }
        return target;
    }

    /** Deletes a directory with its content, if it exists. Does not follow links. */
    public static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.deleteIfExists(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
