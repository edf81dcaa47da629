package dev.faultline.local.supervisor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A log file of bounded size. A larger one is copied to {@code log.1} and truncated, while the process keeps appending to
 * it; lines written between the two steps are lost.
 */
final class LogFile {
    static final long MAX_BYTES = 20L * 1024 * 1024;

    private final Path file;
    private final long maxBytes;

    LogFile(Path file, long maxBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
    }

    void rotate() throws IOException {
        if (Files.exists(file) && Files.size(file) > maxBytes) {
            Files.copy(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
        }
    }
}
