package dev.faultline.k8s;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Kustomize 5 or newer: {@code kubectl kustomize} since kubectl 1.27, or {@code kustomize build}. */
final class Kustomize {
    private static final Pattern VERSION = Pattern.compile("(?:Kustomize Version: |^)v([5-9]|\\d{2,})\\.",
            Pattern.MULTILINE);
    private static final System.Logger LOG = System.getLogger(Kustomize.class.getName());
    private static final Optional<Kustomize> ON_PATH = Stream.of(
            new Kustomize(List.of("kubectl", "version", "--client"), List.of("kubectl", "kustomize")),
            new Kustomize(List.of("kustomize", "version"), List.of("kustomize", "build")))
            .filter(Kustomize::isInstalled).findFirst();

    static {
        if (ON_PATH.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING,
                    "Neither kubectl 1.27 nor kustomize 5 is on the PATH: tests of rendered manifests are skipped");
        }
    }

    private final List<String> version;
    private final List<String> render;

    private Kustomize(List<String> version, List<String> render) {
        this.version = version;
        this.render = render;
    }

    static Optional<Kustomize> onPath() {
        return ON_PATH;
    }

    static boolean isOnPath(String program) {
        return Arrays.stream(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private boolean isInstalled() {
        return isOnPath(version.getFirst()) && VERSION.matcher(outputOf(version)).find();
    }

    /** @throws IllegalStateException with the output of kustomize, if it fails */
    String render(Path directory) {
        return outputOf(Stream.concat(render.stream(), Stream.of(directory.toString())).toList());
    }

    private static String outputOf(List<String> command) {
        try {
            Path errors = Files.createTempFile("kustomize", ".err");
            try {
                Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
                var output = new String(process.getInputStream().readAllBytes(), UTF_8);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(command + ": " + Files.readString(errors));
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
