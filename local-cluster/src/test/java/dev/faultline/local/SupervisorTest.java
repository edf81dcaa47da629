package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.Launch;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Readiness;
import dev.faultline.local.supervisor.NodeDirectory;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.local.supervisor.SupervisorDirectory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real supervisor in its own process, with small real processes as nodes. */
@Tag("integration")
class SupervisorTest {

    @TempDir Path home;

    private SupervisorDirectory files;

    @BeforeAll
    static void waitLongEnoughForABusyMachine() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @BeforeEach
    void start() {
        files = new SupervisorDirectory(home);
        SupervisorProcess.ensureRunning(home, files);
    }

    @AfterEach
    void end() throws IOException {
        if (Files.exists(files.directory())) {
            files.requestShutdown();
            SupervisorProcess.ensureRunning(home, files);
        }
        await().until(() -> files.livingSupervisor().isEmpty());
    }

    @Test
    void restartsAKilledNodeAndRecordsTheReason() throws IOException {
        NodeDirectory node = run(webServer("web-1"));
        ProcessIdentity first = ready(node);

        first.signal("KILL");

        await().until(() -> node.status().orElseThrow().restarts() == 1);
        ProcessIdentity second = ready(node);
        assertThat(second).isNotEqualTo(first);
        assertThat(node.status().orElseThrow().detail()).isEqualTo("was killed by signal 9");
    }

    @Test
    void backsOffFromANodeThatKeepsExiting() throws IOException {
        long begin = System.nanoTime();
        NodeDirectory node = run(shell("broken-1", "echo no licence; exit 3"));

        await().until(() -> node.status().filter(status -> status.restarts() >= 5).isPresent());

        // The delays are none, then 0.5, 1 and 2 seconds.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(3_500));
        assertThat(node.status().orElseThrow().detail()).isEqualTo("exited with code 3");
        assertThat(node.logEnd(1)).containsExactly("no licence");
    }

    @Test
    void doesNotRestartANodeThatTheUserStopped() throws IOException {
        NodeDirectory node = run(webServer("web-1"));
        ProcessIdentity first = ready(node);

        node.stop();
        await().until(() -> state(node) == NodeState.STOPPED);
        assertThat(first.isAlive()).isFalse();
        // Longer than a restart takes.
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(5))
                .until(() -> state(node) == NodeState.STOPPED);

        node.start();
        assertThat(ready(node)).isNotEqualTo(first);
        assertThat(node.status().orElseThrow().restarts()).isZero();
    }

    @Test
    void fencesANodeThatExitsAndRunsItAgainOnlyOnceItIsReleased() throws IOException {
        NodeSpec spec = webServer("web-1");
        NodeDirectory node = run(new NodeSpec(spec.name(), spec.port(), spec.launch(), spec.readiness(), List.of(),
                true));
        ProcessIdentity first = ready(node);

        first.signal("KILL");

        await().until(() -> state(node) == NodeState.STOPPED);
        assertThat(node.isFenced()).isTrue();
        node.start(); // what the user wants does not matter
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(5))
                .until(() -> state(node) == NodeState.STOPPED);
        assertThat(node.status().orElseThrow().detail()).isEqualTo("was killed by signal 9");
        node.release();
        assertThat(ready(node)).isNotEqualTo(first);
    }

    @Test
    void adoptsTheNodesOfAKilledSupervisor() throws IOException {
        NodeDirectory node = run(webServer("web-1"));
        ProcessIdentity process = ready(node);

        ProcessIdentity supervisor = files.livingSupervisor().orElseThrow();
        supervisor.signal("KILL");
        await().until(() -> files.livingSupervisor().isEmpty());
        assertThat(process.isAlive()).isTrue();
        SupervisorProcess.ensureRunning(home, files);

        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(5)).until(() -> ready(node).equals(process));
        process.signal("KILL");
        await().until(() -> node.status().orElseThrow().restarts() == 1);
        assertThat(ready(node)).isNotEqualTo(process);
    }

    @Test
    void ignoresAStalePidFile() throws IOException {
        // The file has the id of a live process, this one, but another start time.
        Path pidFile = files.directory().resolve("process.json");
        ProcessIdentity supervisor = files.livingSupervisor().orElseThrow();
        supervisor.signal("KILL");
        await().until(() -> files.livingSupervisor().isEmpty());
        Files.writeString(pidFile, """
                {"pid": %d, "started": "%s"}""".formatted(ProcessHandle.current().pid(), supervisor.started()));

        SupervisorProcess.ensureRunning(home, files);

        assertThat(files.livingSupervisor().orElseThrow().pid()).isNotEqualTo(ProcessHandle.current().pid());
    }

    @Test
    void startsANodeAfterAndStopsItBeforeWhatItNeeds() throws IOException {
        NodeSpec needed = webServer("web-1");
        Path seen = home.resolve("seen");
        // When it stops, it checks that the other node is still running.
        NodeSpec needing = shell("client-1", """
                trap 'sleep 1; (exec 3<>/dev/tcp/127.0.0.1/%1$d) && echo there > %2$s; exit' TERM
                (exec 3<>/dev/tcp/127.0.0.1/%1$d) || exit 1
                while :; do sleep 0.1; done
                """.formatted(needed.port(), seen), "web-1");
        NodeDirectory client = run(needing);
        await().until(() -> state(client) == NodeState.WAITING);
        run(needed);
        await().until(() -> state(client) == NodeState.STARTING);
        assertThat(client.status().orElseThrow().restarts()).isZero();

        files.requestShutdown();

        await().until(() -> files.livingSupervisor().isEmpty());
        assertThat(seen).hasContent("there");
        assertThat(files.deployedNodes()).isEmpty();
    }

    @Test
    void stopsEverythingWhenItsHomeIsDeleted() throws IOException {
        ProcessIdentity process = ready(run(webServer("web-1")));

        await().ignoreExceptions().until(() -> {
            CacheDirectory.deleteTree(home);
            return !Files.exists(home);
        });

        await().until(() -> files.livingSupervisor().isEmpty() && !process.isAlive());
        Files.createDirectories(home);
    }

    private NodeDirectory run(NodeSpec spec) throws IOException {
        NodeDirectory node = files.node(spec.name());
        node.deploy(spec);
        return node;
    }

    private static ProcessIdentity ready(NodeDirectory node) {
        await().until(() -> node.status().filter(status -> status.state() == NodeState.READY).isPresent());
        return Objects.requireNonNull(node.status().orElseThrow().process());
    }

    private static NodeState state(NodeDirectory node) {
        return node.status().map(status -> status.state()).orElse(NodeState.WAITING);
    }

    private NodeSpec webServer(String name) {
        int port = FreePorts.take(1).getFirst();
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var launch = new Launch(List.of(java, "-XX:TieredStopAtLevel=1", "-m", "jdk.httpserver", "--port",
                Integer.toString(port)), Map.of(), home, "TERM");
        return new NodeSpec(name, port, launch, Readiness.of("http://127.0.0.1:" + port + "/"), List.of());
    }

    /** Never ready: nothing listens on port 1. */
    private NodeSpec shell(String name, String script, String... needs) {
        return new NodeSpec(name, 1, new Launch(List.of("bash", "-c", script), Map.of(), home, "TERM"),
                Readiness.of("http://127.0.0.1:1/"), List.of(needs));
    }
}
