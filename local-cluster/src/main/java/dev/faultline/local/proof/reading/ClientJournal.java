package dev.faultline.local.proof.reading;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.history.Told;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of JSON lines in which a client writes down each wish before it is sent, and each answer when it has come. Safe
 * for use by many threads. A line is with the operating system when the call returns, so it survives the client's death,
 * not the machine's.
 */
public final class ClientJournal implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final BufferedWriter writer;

    private ClientJournal(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /** @throws RefusedException if it cannot be written, or a client of this name has written one before */
    public static ClientJournal create(Path directory, String client) {
        Path file = directory.resolve(client + ".jsonl");
        try {
            Files.createDirectories(directory);
            return new ClientJournal(file, Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW));
        } catch (IOException e) {
            throw new RefusedException("The client's journal " + file + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** A wish, before it is sent; or an answer, when it has come. */
    public synchronized void write(Told told) {
        try {
            writer.write(JSON.writeValueAsString(told));
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the client's journal " + file + " cannot be written", e);
        }
    }

    /** All that was told to the clients of this directory; nothing if there are none. */
    static List<Told> readAll(Path directory, Repeated repeated) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().flatMap(file -> read(file,
                    repeated))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Told> read(Path file, Repeated repeated) {
        try {
            return JsonLines.of(file).map(line -> JSON.treeToValue(line, Told.class))
                    .map(told -> shared(told, repeated)).toList().stream();
        } catch (JacksonException e) {
            throw new RefusedException(file + " is not a client's journal: " + e.getOriginalMessage(), e);
        }
    }

    private static Told shared(Told told, Repeated repeated) {
        return new Told(repeated.one(told.customer()), repeated.one(told.key()),
                told.order() == null ? null : repeated.one(told.order()),
                told.status() == null ? null : repeated.one(told.status()));
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
