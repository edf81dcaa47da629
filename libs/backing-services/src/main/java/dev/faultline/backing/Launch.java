package dev.faultline.backing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to start and how to stop a process.
 *
 * @param environment added to the environment of the launching process
 * @param stopSignal  the signal that stops the process gracefully, without SIG
 */
public record Launch(List<String> command, Map<String, String> environment, Path directory, String stopSignal) {
    public Launch {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a launch needs a command");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** Without any redirection. */
    public ProcessBuilder processBuilder() {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return builder;
    }
}
