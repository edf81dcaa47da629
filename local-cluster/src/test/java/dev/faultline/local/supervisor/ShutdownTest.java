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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class ShutdownTest {
    @TempDir private Path home;

    private SupervisorDirectory files;
    private NodeDirectory node;

    @BeforeEach
    void createDirectories() throws Exception {
        files = new SupervisorDirectory(home);
        Files.createDirectories(files.directory());
        Files.writeString(files.lock(), "");
        node = files.node("node");
    }

    /** The request is withdrawn when the last node has stopped, before the supervisor exits. */
    @Test
    void restartsNoNodeAfterAShutdown() throws Exception {
        shutDown("echo runs; exec sleep 600", Duration.ofMinutes(1));

        assertThat(files.shutdownIsRequested()).isFalse();
        await().during(Duration.ofSeconds(1)).until(() -> node.status().isEmpty());
    }

    @Test
    void killsANodeThatDoesNotStop() throws Exception {
        var grace = Duration.ofSeconds(2);
        long begin = System.nanoTime();

        shutDown("trap '' TERM; echo ignores TERM; while :; do sleep 0.1; done", grace);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(grace);
    }

    /** Runs one node under a supervisor, and returns when the supervisor has shut down. */
    private void shutDown(String script, Duration grace) throws Exception {
        node.deploy(spec(script));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var supervisor = executor.submit(() -> {
                new Supervisor(files, Clock.systemUTC(), grace).run();
                return null;
            });
            await().until(() -> node.status().map(NodeStatus::livingProcess).isPresent());
            await().until(() -> Files.size(node.log()) > 0);
            ProcessIdentity process = node.status().orElseThrow().livingProcess();
            files.requestShutdown();
            supervisor.get();
            assertThat(process).isNotNull().matches(stopped -> !stopped.isAlive());
        }
    }

    private NodeSpec spec(String script) {
        int port = FreePorts.take(1).getFirst();
        return new NodeSpec("node", port, new Launch(List.of("bash", "-c", script), Map.of(), home, "TERM"),
                Readiness.of("http://127.0.0.1:" + port), List.of());
    }
}
