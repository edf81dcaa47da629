package dev.faultline.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

import dev.faultline.backing.FaultlineException;

/** Reads the end of a log, at most its last four megabytes, and follows it. */
final class LogTail {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);
    private static final int MAX_BYTES = 4 << 20;

    private final Path log;

    LogTail(Path log) {
        this.log = log;
    }

    /** @param follow continue until interrupted, even if the log is truncated */
    void read(int lines, boolean follow, Consumer<String> reader) {
        if (!Files.exists(log)) {
            throw new FaultlineException("The log " + log + " does not exist yet.");
        }
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(startOfLast(lines, file));
            readCompleteLines(file, reader);
            while (follow) {
                Thread.sleep(POLL_INTERVAL);
                if (file.length() < file.getFilePointer()) {
                    file.seek(0);
                }
                readCompleteLines(file, reader);
            }
        } catch (IOException e) {
            throw new FaultlineException(log + " cannot be read: " + e.getMessage() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves an incomplete last line for the next call. */
    private static void readCompleteLines(RandomAccessFile file, Consumer<String> reader) throws IOException {
        long begin = file.getFilePointer();
        var bytes = new byte[(int) Math.min(file.length() - begin, MAX_BYTES)];
        file.readFully(bytes);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        file.seek(begin + end);
        new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(reader);
    }

    private static long startOfLast(int lines, RandomAccessFile file) throws IOException {
        long from = Math.max(0, file.length() - MAX_BYTES);
        var bytes = new byte[(int) (file.length() - from)];
        file.seek(from);
        file.readFully(bytes);
        int newlines = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] == '\n' && newlines++ == lines) {
                return from + i + 1;
            }
        }
        return from;
    }
}
