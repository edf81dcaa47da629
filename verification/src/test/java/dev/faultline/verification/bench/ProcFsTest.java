package dev.faultline.verification.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFsTest {
    @TempDir Path root;

    private ProcFs proc;

    @BeforeEach
    void create() {
        proc = new ProcFs(root);
    }

    @Test
    void isAvailableOnLinuxOnly() throws IOException {
        assertThat(proc.isAvailable()).isFalse();
        write("stat", "");
        assertThat(proc.isAvailable()).isTrue();
    }

    @Test
    void countsNeitherIdleNorStolenTimeOfTheMachine() throws IOException {
        write("stat", """
                cpu  100 20 30 4000 500 6 7 800 90 0
                cpu0 50 10 15 2000 250 3 4 400 45 0
                """);
        assertThat(proc.machineBusyMs()).isEqualTo(1_630);
    }

    @Test
    void readsAProcessAndItsThreads() throws IOException {
        write("42/stat", stat("java", 200, 50));
        write("42/task/42/stat", stat("java", 80, 20));
        write("42/task/42/status", status(5, 7));
        write("42/task/43/stat", stat("C2 CompilerThre", 60, 10));
        write("42/task/43/status", status(100, 1));
        write("42/task/44/stat", stat("C1 CompilerThre", 9, 1));
        write("42/task/44/status", status(30, 0));

        assertThat(proc.usage(42)).hasValue(new ProcFs.Usage(2_500, 800, 143));
    }

    @Test
    void readsANameWithParenthesesAndSpaces() throws IOException {
        write("42/stat", stat("a) S 1 (b", 3, 4));
        assertThat(proc.usage(42)).hasValue(new ProcFs.Usage(70, 0, 0));
    }

    @Test
    void readsACommandLine() throws IOException {
        write("42/cmdline", "java\0-jar\0a.jar\0");
        assertThat(proc.commandLine(42)).isEqualTo("java -jar a.jar ");
    }

    @Test
    void findsNothingOfAProcessThatHasEnded() {
        assertThat(proc.usage(42)).isEmpty();
        assertThat(proc.commandLine(42)).isEmpty();
    }

    private static String stat(String name, int userTicks, int systemTicks) {
        return "42 (%s) S 1 42 42 0 -1 4194560 1 2 3 4 %d %d 8 9 20 0 3 0 123 456".formatted(name, userTicks,
                systemTicks);
    }

    private static String status(int voluntary, int involuntary) {
        return "Name:\tjava\nThreads:\t3\nvoluntary_ctxt_switches:\t%d\nnonvoluntary_ctxt_switches:\t%d\n".formatted(
                voluntary, involuntary);
    }

    private void write(String file, String content) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
