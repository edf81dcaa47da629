package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.discovery.FencingToken;
import org.jspecify.annotations.Nullable;

/**
 * Admits changes of a server's role one at a time, and only by the newest holder of the shard's lock: the server's
 * directory stores the highest token that has changed it, and refuses a lower one. So a holder that was paused and has been
 * replaced changes nothing when it resumes.
 */
final class ServerGate {
    private static final Duration TURN = Duration.ofSeconds(30);

    private final String server;
    private final Path directory;
    private final Path lock;
    private final Path highest;

    /** @param directory of the server, beside its data */
    ServerGate(String server, Path directory) {
        this.server = server;
        this.directory = directory;
        this.lock = directory.resolve("role.lock");
        this.highest = directory.resolve("role.token");
    }

    /** A token that is lower than one that the server has seen. */
    static final class StaleTokenException extends FaultlineException {
        private final FencingToken highest;

        private StaleTokenException(String server, FencingToken token, FencingToken highest) {
            super(server + " was not changed: token " + token + " is stale, because it has seen " + highest
                    + ". Another promotion has been carried out meanwhile; see ./faultline status.");
            this.highest = highest;
        }

        FencingToken highest() {
            return highest;
        }
    }

    /**
     * Runs a change that no other one overlaps. A change that does not end within half a minute, because its process is
     * paused, lets the others fail.
     *
     * @throws StaleTokenException if the server has seen a higher token
     */
    void pass(FencingToken token, Runnable change) {
        try {
            Files.createDirectories(directory);
            try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                if (!Polling.until(TURN, () -> tryLock(channel) != null)) {
                    throw new FaultlineException("Another process has been changing the role of " + server + " for "
                            + TURN.toSeconds() + " seconds. If it is paused, resume or kill it.");
                }
                Optional<FencingToken> seen = seen();
                if (seen.isPresent() && seen.get().compareTo(token) > 0) {
                    throw new StaleTokenException(server, token, seen.get());
                }
                Files.writeString(highest, token.toString());
                change.run();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) { // another thread of this JVM
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<FencingToken> seen() throws IOException {
        return Files.exists(highest)
                ? Optional.of(new FencingToken(Long.parseLong(Files.readString(highest, StandardCharsets.UTF_8)
                        .strip())))
                : Optional.empty();
    }
}
