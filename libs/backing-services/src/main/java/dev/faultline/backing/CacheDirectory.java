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
 * The directory for what is downloaded or unpacked once per machine: {@code $XDG_CACHE_HOME/faultline}, or
 * {@code ~/.cache/faultline}.
 *
 * <p>
 * An entry is made under another name and then renamed, so it is there whole or not at all, and two processes may make
 * the same one at once: the first wins, the other's is thrown away.
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

    /** Fills a new, empty directory. */
    @FunctionalInterface
    public interface Filling {
        void fill(Path directory) throws IOException;
    }

    public Path directory() {
        return directory;
    }

    public Optional<Path> find(String entry) {
        return Optional.of(directory.resolve(entry)).filter(Files::isDirectory);
    }

    /** The entry's directory; filled first if it is not there. */
    public Path get(String entry, Filling filling) throws IOException {
        Path target = directory.resolve(entry);
        if (Files.isDirectory(target)) {
            return target;
        }
        Files.createDirectories(directory);
        Path unfinished = Files.createTempDirectory(directory, entry + ".unfinished-");
        try {
            filling.fill(unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Another process was faster.
            if (!Files.isDirectory(target)) {
                throw e;
            }
        } finally {
            deleteTree(unfinished);
        }
        return target;
    }

    /** Deletes a directory and what is in it, if it exists. Links are removed, not followed. */
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
