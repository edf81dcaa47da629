package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class CleanupTest {
    @TempDir private Path directory;

    @Test
    void cleansUpWhenTheJvmEndsWhileItIsOpen() throws Exception {
        assertThat(cleanedBy(EndsWhileOpen.class)).hasContent("cleaned");
    }

    /** As after Ctrl-C, which ends the children of this JVM too: what waits for them fails, and closes. */
    @Test
    void completesTheCleanupThatHasBegunWhenTheJvmEnds() throws Exception {
        assertThat(cleanedBy(EndsWhileClosing.class)).hasContent("cleaned");
    }

    private Path cleanedBy(Class<?> program) throws IOException {
        Path file = directory.resolve("cleaned");
        ExternalProgram.Outcome jvm = ExternalProgram.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), program.getName(), file.toString()));
        assertThat(jvm.exitCode()).as(jvm.output()).isEqualTo(130);
        return file;
    }

    static final class EndsWhileOpen {
        private EndsWhileOpen() {}

        public static void main(String[] arguments) {
            try (var _ = new Cleanup(() -> append(arguments[0]))) {
                System.exit(130);
            }
        }
    }

    static final class EndsWhileClosing {
        private EndsWhileClosing() {}

        public static void main(String[] arguments) {
            try (var _ = new Cleanup(() -> {
                Thread.startVirtualThread(() -> System.exit(130));
                // Without the hook the JVM does not wait for anything, and ends before this.
                if (Polling.until(Duration.ofSeconds(30), EndsWhileClosing::aHookWaitsForTheCleanup)) {
                    append(arguments[0]);
                }
            })) {
                // Closed at once.
            }
        }

        private static boolean aHookWaitsForTheCleanup() {
            return Thread.getAllStackTraces().entrySet().stream().anyMatch(thread -> thread.getKey()
                    .getState() == Thread.State.BLOCKED && Stream.of(thread.getValue()).anyMatch(
                            frame -> frame.getClassName().equals(Cleanup.class.getName())));
        }
    }

    private static void append(String file) {
        try {
            Files.writeString(Path.of(file), "cleaned", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
