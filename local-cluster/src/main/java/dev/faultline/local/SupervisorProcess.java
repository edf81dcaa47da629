package dev.faultline.local;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.local.parts.Cache;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.supervisor.Supervisor;
import dev.faultline.local.supervisor.SupervisorDirectory;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/** Starts a supervisor that outlives this JVM and its terminal. */
final class SupervisorProcess {
    private static final Duration START = Duration.ofSeconds(20);

    private SupervisorProcess() {}

    /** Returns when the supervisor is at work, at once if one already is. */
    static void ensureRunning(Path home, SupervisorDirectory files) {
        if (files.livingSupervisor().isPresent()) {
            return;
        }
        try {
            Files.createDirectories(files.directory());
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            // A shell with job control gives the supervisor a process group of its own, so that Ctrl-C in the terminal
            // does not reach it; nohup keeps it alive when the terminal closes.
            var detached = new ArrayList<>(List.of("bash", "-c", "set -m; nohup \"$@\" & disown", "supervisor"));
            detached.addAll(List.of(java, "-Xmx32m", "-Xss256k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-XX:ReservedCodeCacheSize=16m", "-XX:-UsePerfData", "-cp", classPath(files.directory()),
                    Supervisor.class.getName(), home.toString()));
            var builder = new ProcessBuilder(detached).directory(home.toFile()).redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()));
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            builder.start();
            if (!Waiting.until(START, () -> files.livingSupervisor().isPresent())) {
                throw new RefusedException("The supervisor did not start; " + files.log() + " says why.");
            }
        } catch (IOException e) {
            throw new RefusedException("The supervisor could not be started: " + e.getMessage(), e);
        }
    }

    /** The few archives that a supervisor needs; its own code is copied, because a build may replace it. */
    private static String classPath(Path directory) throws IOException {
        Path copy = directory.resolve("code");
        Path own = location(Supervisor.class);
        copy(own, copy);
        return Stream.of(copy.resolve(Files.isDirectory(own) ? "." : "supervisor.jar").normalize(),
                location(JsonMapper.class), location(JsonParser.class), location(JsonProperty.class))
                .map(Path::toString).collect(Collectors.joining(":"));
    }

    private static void copy(Path code, Path into) throws IOException {
        Cache.deleteTree(into);
        Files.createDirectories(into);
        if (!Files.isDirectory(code)) {
            Files.copy(code, into.resolve("supervisor.jar"));
            return;
        }
        try (Stream<Path> files = Files.walk(code)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = into.resolve(code.relativize(file).toString());
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static Path location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
