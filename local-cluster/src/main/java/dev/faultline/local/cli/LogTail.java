package dev.faultline.local.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

import dev.faultline.local.parts.RefusedException;

/** The end of a log, and what is added to it. Lines are looked for in its last four megabytes. */
final class LogTail {
    private static final Duration TURN = Duration.ofMillis(200);
    private static final int LONGEST_BYTES = 4 << 20;

    private final Path log;

    LogTail(Path log) {
        this.log = log;
    }

    /** @param follow go on until interrupted, also when the log was emptied because it had grown large */
    void read(int lines, boolean follow, Consumer<String> reader) {
        if (!Files.exists(log)) {
            throw new RefusedException("Nothing has been written yet to " + log + ".");
        }
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(beginOf(lines, file));
            readFinishedLines(file, reader);
            while (follow) {
                Thread.sleep(TURN);
                if (file.length() < file.getFilePointer()) {
                    file.seek(0);
                }
                readFinishedLines(file, reader);
            }
        } catch (IOException e) {
            throw new RefusedException(log + " cannot be read: " + e.getMessage() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A line whose end has not been written is left for the next time. */
    private static void readFinishedLines(RandomAccessFile file, Consumer<String> reader) throws IOException {
        long begin = file.getFilePointer();
        var bytes = new byte[(int) Math.min(file.length() - begin, LONGEST_BYTES)];
        file.readFully(bytes);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        file.seek(begin + end);
        new String(bytes, 0, end, StandardCharsets.UTF_8).lines().forEach(reader);
    }

    private static long beginOf(int lines, RandomAccessFile file) throws IOException {
        long from = Math.max(0, file.length() - LONGEST_BYTES);
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
