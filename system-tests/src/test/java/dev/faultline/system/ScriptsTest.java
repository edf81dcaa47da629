package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.verification.fault.FaultKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Bash scripts. */
class ScriptsTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @Test
    void shellcheckFindsNothing() throws Exception {
        assumeTrue(run("shellcheck", "--version") == 0, "shellcheck is not installed");
        var command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
        try (var docker = Files.walk(REPOSITORY.resolve("docker"));
                var chaos = Files.walk(REPOSITORY.resolve("chaos"))) {
            Stream.concat(docker, chaos).map(Path::toString).filter(path -> path.endsWith(".sh")).forEach(command::add);
        }
        command.addAll(List.of("faultline", ".ci/run"));
        assertThat(command).hasSizeGreaterThan(12);
        assertThat(run(command.toArray(String[]::new))).isZero();
    }

    static List<Path> experiments() throws IOException {
        try (var scripts = Files.list(REPOSITORY.resolve("chaos"))) {
            return scripts.filter(script -> script.toString().endsWith(".sh") && !script.endsWith("lib.sh")).sorted()
                    .toList();
        }
    }

    @Test
    void everyFaultOfProveHasAnExperimentOfTheSameName() throws Exception {
        for (FaultKind fault : FaultKind.ALL) {
            assertThat(REPOSITORY.resolve("chaos").resolve(fault.name() + ".sh")).content()
                    .contains("inject " + fault.name() + " ");
        }
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void anExperimentStatesAHypothesisInjectsAFaultAndEndsWithAVerdict(Path script) throws Exception {
        assertThat(Files.readString(script)).contains("\nhypothesis ", "inject ", "expect_guarantees\n").endsWith(
                "\nverdict\n");
        assertThat(run(script.toString(), "--help")).isZero();
        assertThat(run(script.toString(), "--target", "elsewhere")).isEqualTo(2);
    }

    /** Returns the exit code; 127 if the program does not exist. */
    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).directory(REPOSITORY.toFile()).inheritIO().start().waitFor();
        } catch (IOException e) {
            return 127;
        }
    }
}
