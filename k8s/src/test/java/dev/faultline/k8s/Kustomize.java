package dev.faultline.k8s;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kustomize of this machine: {@code kubectl kustomize}, or {@code kustomize build}. */
final class Kustomize {
    private static final Optional<Kustomize> ON_PATH = Stream.of(List.of("kubectl", "kustomize"),
            List.of("kustomize", "build")).filter(command -> isOnPath(command.getFirst())).map(Kustomize::new)
            .findFirst();

    private final List<String> command;

    private Kustomize(List<String> command) {
        this.command = command;
    }

    static Optional<Kustomize> onPath() {
        return ON_PATH;
    }

    static boolean isOnPath(String program) {
        return Arrays.stream(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    /** @throws IllegalStateException with what kustomize said, if it refuses */
    String render(Path directory) {
        var all = new ArrayList<>(command);
        all.add(directory.toString());
        try {
            Path errors = Files.createTempFile("kustomize", ".err");
            try {
                Process process = new ProcessBuilder(all).redirectError(errors.toFile()).start();
                var output = new String(process.getInputStream().readAllBytes(), UTF_8);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(all + ": " + Files.readString(errors));
                }
                return output;
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
