package dev.faultline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.local.supervisor.Supervisor;
import dev.faultline.local.supervisor.SupervisorDirectory;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/** Starts a supervisor that keeps running when this JVM ends and its terminal closes. */
final class SupervisorProcess {
    private static final Duration START = Duration.ofSeconds(20);

    private SupervisorProcess() {}

    /** Starts a supervisor unless one is running, and returns when it is running. */
    static void ensureRunning(Path home, SupervisorDirectory files) {
        if (files.livingSupervisor().isPresent()) {
            return;
        }
        try {
            Files.createDirectories(files.directory());
            var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            // Job control gives the supervisor its own process group, so that Ctrl-C in the terminal does not reach it;
            // nohup keeps it alive when the terminal closes.
            var detached = new ArrayList<>(List.of("bash", "-c", "set -m; nohup \"$@\" & disown", "supervisor"));
            detached.addAll(List.of(java, "-Xmx32m", "-Xss256k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-XX:ReservedCodeCacheSize=16m", "-XX:-UsePerfData", "-cp", classPath(files.directory()),
                    Supervisor.class.getName(), home.toString()));
            var builder = new ProcessBuilder(detached).directory(home.toFile()).redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()));
            builder.environment().put("MALLOC_ARENA_MAX", "2");
            builder.start();
            if (!Polling.until(START, () -> files.livingSupervisor().isPresent())) {
                throw new FaultlineException("The supervisor did not start; see " + files.log() + ".");
            }
        } catch (IOException e) {
            throw new FaultlineException("Cannot start the supervisor: " + e.getMessage(), e);
        }
    }

    /** The supervisor's dependencies only. */
    private static String classPath(Path directory) throws IOException {
        return CodeCopy.classPath(directory.resolve("code"), Map.of("supervisor", Supervisor.class, "backing-services",
                ProcessIdentity.class), List.of(JsonMapper.class, JsonParser.class, JsonProperty.class));
    }
}
