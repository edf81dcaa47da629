package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
    private static final Duration AT_MOST = Duration.ofSeconds(30);
    private static final String PROGRAM = "jwebserver";

    @TempDir private Path directory;

    /** As when a terminal is closed, or {@code timeout} ends a command. */
    @Test
    void isStoppedAlthoughASignalToTheGroupHasReachedItsShells() {
        int port = FreePorts.take(1).getFirst();
        var launch = new Launch(List.of(Path.of(System.getProperty("java.home"), "bin", PROGRAM).toString(), "-p",
                Integer.toString(port), "-d", directory.toString()), Map.of(), directory, "TERM");
        var server = ChildProcess.start(PROGRAM, launch, Readiness.of("http://127.0.0.1:" + port + "/"), directory
                .resolve("log"), AT_MOST);

        ProcessHandle process = server().orElseThrow();
        ProcessHandle.current().descendants().filter(each -> !each.equals(process)).forEach(ProcessHandle::destroy);
        assertThat(server()).hasValue(process);
        server.close();

        assertThat(process.isAlive()).isFalse();
    }

    private static Optional<ProcessHandle> server() {
        return ProcessHandle.current().descendants().filter(process -> process.info().command().orElse("").endsWith(
                PROGRAM)).findAny();
    }
}
