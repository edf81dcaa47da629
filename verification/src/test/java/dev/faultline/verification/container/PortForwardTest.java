package dev.faultline.verification.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a script in the place of kubectl. */
@Timeout(60)
class PortForwardTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4_711);

    @TempDir private Path directory;
    private List<String> kubectl = List.of();

    @BeforeEach
    void writeScript() throws Exception {
        Path script = Files.writeString(directory.resolve("kubectl"), """
                echo "$*" >> "$0.calls"
                echo 'Forwarding from 127.0.0.1:4711 -> 80'
                [[ $2 == ends ]] || exec sleep 50
                """);
        kubectl = List.of("bash", script.toString(), "--namespace");
    }

    private List<String> calls() throws Exception {
        return Files.readAllLines(directory.resolve("kubectl.calls"));
    }

    private PortForward begin(String namespace) {
        return PortForward.begin(List.of(kubectl.get(0), kubectl.get(1), kubectl.get(2), namespace), () -> "gateway",
                LOCAL,
                80);
    }

    @Test
    void beginsAgainWhenItEnds() throws Exception {
        try (var _ = begin("ends")) {
            assertThat(Polling.until(Duration.ofSeconds(20), () -> hasCalls(20))).isTrue();
        }
        assertThat(calls()).contains("--namespace ends port-forward --address 127.0.0.1 pod/gateway 4711:80");
    }

    private boolean hasCalls(int atLeast) {
        try {
            return calls().size() >= atLeast;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endsWhenItIsClosed() throws Exception {
        try (var forward = begin("lasts")) {
            assertThat(forward.local()).isEqualTo(LOCAL);
            assertThat(Polling.until(Duration.ofSeconds(20), PortForwardTest::itRuns)).isTrue();
        }
        assertThat(Polling.until(Duration.ofSeconds(20), () -> !itRuns())).isTrue();
        assertThat(calls()).hasSize(1);
    }

    private static boolean itRuns() {
        return ProcessHandle.current().descendants().anyMatch(process -> process.info().commandLine().orElse("")
                .endsWith(
                        "sleep 50"));
    }

    @Test
    void failsWithWhatKubectlSaid() throws Exception {
        Path script = Files.writeString(directory.resolve("refuses"), "echo 'error: pods \"x\" not found' >&2; exit 1");
        assertThatThrownBy(() -> PortForward.begin(List.of("bash", script.toString()), () -> "x", LOCAL, 80))
                .isInstanceOf(
                        FaultlineException.class).hasMessageEndingWith("error: pods \"x\" not found");
    }
}
