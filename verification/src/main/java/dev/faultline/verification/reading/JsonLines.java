package dev.faultline.verification.reading;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file of JSON lines, to which another process may be appending. */
final class JsonLines {
    private JsonLines() {}

    /** The complete lines; a last line without a line feed was never acknowledged by its writer. */
    static Stream<JsonNode> of(Path file) {
        try {
            String text = Files.readString(file);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(JsonMapper.shared()::readTree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
