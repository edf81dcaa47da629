package dev.faultline.backing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to run one process, and how to ask it to end.
 *
 * @param environment what is added to the environment of the launching process
 * @param stopSignal  the signal's name without SIG, that makes the process end in good order
 */
public record Launch(List<String> command, Map<String, String> environment, Path directory, String stopSignal) {
    public Launch {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a launch needs a command");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** The process to start, its output not yet sent anywhere. */
    public ProcessBuilder processBuilder() {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return builder;
    }
}
