package dev.faultline.local.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class LogFileTest {

    @TempDir Path directory;

    @Test
    void rotatesALargeLogWhileItIsWrittenTo() throws Exception {
        Path file = directory.resolve("log");
        var log = new LogFile(file, 10_000);
        Process writer = new ProcessBuilder("sh", "-c",
                "while :; do printf 'a line of the log %0200d\\n' 0; sleep 0.001; done")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile())).start();
        try {
            await().until(() -> Files.size(file) > 10_000);
            log.rotate();

            assertThat(file.resolveSibling("log.1")).exists();
            assertThat(Files.size(file)).isLessThan(10_000);
            long after = Files.size(file);
            await().untilAsserted(() -> assertThat(Files.size(file)).isGreaterThan(after));
            // A writer that does not append would continue at its old position, after a hole of zeros.
            assertThat(Files.readString(file)).startsWith("a line");
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    @Test
    void leavesASmallLogAlone() throws Exception {
        Path file = Files.writeString(directory.resolve("log"), "short");

        new LogFile(file, 10_000).rotate();

        assertThat(file).hasContent("short");
        assertThat(file.resolveSibling("log.1")).doesNotExist();
    }
}
