package dev.faultline.acquirer.charging.file;

import static java.nio.file.StandardOpenOption.READ;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/** Reads the complete lines of a journal file from a position on. A last line without a line feed is not returned. */
final class JournalLines implements AutoCloseable {
    private final InputStream in;
    private long position;

    JournalLines(Path file, long position) throws IOException {
        var channel = Files.newByteChannel(file, READ).position(position);
        this.in = new BufferedInputStream(Channels.newInputStream(channel), 64 * 1024);
        this.position = position;
    }

    /** The next line without its line feed; null at the end. */
    byte @Nullable [] next() throws IOException {
        var line = new ByteArrayOutputStream(256);
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                position += line.size() + 1;
                return line.toByteArray();
            }
            line.write(b);
        }
        return null;
    }

    /** Where the next line starts. */
    long position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
