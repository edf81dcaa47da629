package dev.faultline.local.supervisor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A log that a process appends to and that is kept below a size: when it is larger it is copied to {@code log.1} and
 * emptied. The process goes on writing to the same file; lines that it writes between the two steps are lost.
 */
final class LogFile {
    static final long LARGEST_BYTES = 20L * 1024 * 1024;

    private final Path file;
    private final long largestBytes;

    LogFile(Path file, long largestBytes) {
        this.file = file;
        this.largestBytes = largestBytes;
    }

    void keepSmall() throws IOException {
        if (Files.exists(file) && Files.size(file) > largestBytes) {
            Files.copy(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
        }
    }
}
