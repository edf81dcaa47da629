package dev.faultline.verification.reading;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file of JSON lines, to which another process may be appending. */
final class JsonLines {
    private JsonLines() {}

    /** Reads the complete lines; a last line without a line feed was never acknowledged by its writer. */
    static void forEach(Path file, Consumer<JsonNode> action) {
        try (var in = new BufferedInputStream(Files.newInputStream(file), 64 * 1024)) {
            var line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    action.accept(JsonMapper.shared().readTree(line.toByteArray()));
                    line.reset();
                } else {
                    line.write(next);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
