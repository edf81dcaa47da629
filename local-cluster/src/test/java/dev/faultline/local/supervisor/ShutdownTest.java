package dev.faultline.local.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

import dev.faultline.backing.FreePorts;
import dev.faultline.backing.Launch;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Readiness;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class ShutdownTest {
    @TempDir private Path home;

    /** The request is withdrawn when the last node has stopped, before the supervisor exits. */
    @Test
    void restartsNoNodeAfterAShutdown() throws Exception {
        var files = new SupervisorDirectory(home);
        Files.createDirectories(files.directory());
        Files.writeString(files.lock(), "");
        NodeDirectory node = files.node("sleeper");
        node.deploy(sleeper(home));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var supervisor = executor.submit(() -> {
                new Supervisor(files, Clock.systemUTC()).run();
                return null;
            });
            await().until(() -> node.status().map(NodeStatus::livingProcess).isPresent());
            ProcessIdentity first = node.status().orElseThrow().livingProcess();
            files.requestShutdown();
            supervisor.get();
            assertThat(first).isNotNull().matches(process -> !process.isAlive());
        }
        assertThat(files.shutdownIsRequested()).isFalse();
        await().during(Duration.ofSeconds(1)).until(() -> node.status().isEmpty());
    }

    private static NodeSpec sleeper(Path directory) {
        int port = FreePorts.take(1).getFirst();
        return new NodeSpec("sleeper", port, new Launch(List.of("sleep", "600"), Map.of(), directory, "TERM"),
                Readiness.of("http://127.0.0.1:" + port), List.of());
    }
}
