package dev.faultline.backing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds and runs short-lived programs, and captures their output for error messages. */
final class ExternalProgram {
    private ExternalProgram() {}

    record Outcome(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    static Optional<Path> onPath(String name) {
        return Arrays.stream(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    static Outcome run(List<String> command) throws IOException {
        return run(command, InputStream.nullInputStream());
    }

    static Outcome run(List<String> command, InputStream input) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new StringBuilder();
        var reader = Thread.ofVirtual().start(() -> {
            try {
                output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                output.append(e);
            }
        });
        try {
            try (var stdin = process.getOutputStream()) {
                input.transferTo(stdin);
            } catch (IOException e) {
                // The program ended before it read all input; its exit code and output explain it.
                process.waitFor();
            }
            int exitCode = process.waitFor();
            reader.join();
            return new Outcome(exitCode, output.toString().strip());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " ran", e);
        }
    }
}
