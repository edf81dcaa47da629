package dev.faultline.verification.reading;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.history.ClientEntry;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of JSON lines in which clients record each request before sending it, and each response. Thread-safe. A written
 * line survives a crash of the client, but not of the machine.
 */
public final class ClientJournal implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final BufferedWriter writer;

    private ClientJournal(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /** @throws FaultlineException if the file exists or cannot be created */
    public static ClientJournal create(Path directory, String client) {
        Path file = directory.resolve(client + ".jsonl");
        try {
            Files.createDirectories(directory);
            return new ClientJournal(file, Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW));
        } catch (IOException e) {
            throw new FaultlineException("The client journal " + file + " cannot be created: " + e.getMessage(), e);
        }
    }

    public synchronized void write(ClientEntry entry) {
        try {
            writer.write(JSON.writeValueAsString(entry));
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the client journal " + file + " cannot be written", e);
        }
    }

    /** The entries of all journals in a directory; none if it does not exist. */
    static List<ClientEntry> readAll(Path directory, StringPool strings) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().flatMap(file -> read(file,
                    strings))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<ClientEntry> read(Path file, StringPool strings) {
        try {
            var entries = new ArrayList<ClientEntry>();
            JsonLines.forEach(file, line -> entries.add(pooled(JSON.treeToValue(line, ClientEntry.class), strings)));
            return entries.stream();
        } catch (JacksonException e) {
            throw new FaultlineException(file + " is not a client journal: " + e.getOriginalMessage(), e);
        }
    }

    private static ClientEntry pooled(ClientEntry entry, StringPool strings) {
        return new ClientEntry(strings.intern(entry.customer()), strings.intern(entry.key()),
                entry.order() == null ? null : strings.intern(entry.order()),
                entry.status() == null ? null : strings.intern(entry.status()));
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
