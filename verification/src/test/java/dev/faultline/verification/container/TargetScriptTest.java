package dev.faultline.verification.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.verification.fault.FaultKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the real {@code chaos/lib.sh} and scripts for targets, and one that was made up. */
class TargetScriptTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @TempDir private Path directory;
    private TargetScript script = new TargetScript(REPOSITORY, "none", Path.of("none"));

    @BeforeEach
    void makeUpATarget() throws Exception {
        Path chaos = Files.createDirectories(directory.resolve("chaos"));
        Files.copy(REPOSITORY.resolve("chaos").resolve("lib.sh"), chaos.resolve("lib.sh"));
        Files.writeString(Files.createDirectories(chaos.resolve("targets")).resolve("made-up.sh"), """
                nodes() { printf 'shard-1\\nshard-2\\n'; }
                inject_kill() { [[ $1 == shard-* ]] || die "unknown node $1"; }
                inject_standby_lag() { echo "$target" > "$results/$1"; }
                heal_standby_lag() { rm "$results/$1"; }
                """);
        script = new TargetScript(directory, "made-up", directory.resolve("results"));
    }

    @Test
    void callsFunctionsOfTheTarget() {
        assertThat(script.lines("nodes")).containsExactly("shard-1", "shard-2");
    }

    @Test
    void remembersWhatItMustHeal() {
        script.inject("standby-lag", "shard-1");
        assertThat(directory.resolve("results").resolve("shard-1")).content().isEqualTo("made-up\n");
        script.heal("standby-lag", "shard-1");
        assertThat(directory.resolve("results")).isEmptyDirectory();
    }

    @Test
    void healsNothingThatHealsByItself() {
        script.inject("kill", "shard-1");
        script.heal("kill", "shard-1");
    }

    @Test
    void failsInTheWordsOfTheScript() {
        assertThatThrownBy(() -> script.inject("kill", "kafka")).hasMessage(
                "On made-up, inject_kill kafka failed: unknown node kafka");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose", "k8s"})
    void theTargetsHaveEveryFunctionThatIsCalled(String target) {
        var real = new TargetScript(REPOSITORY, target, directory.resolve("results"));
        for (String function : List.of("client_secret", "in_node", "primary_of", "servers_of", "inject_kill",
                "inject_pause", "heal_pause", "inject_standby_lag", "heal_standby_lag")) {
            assertThat(real.call("declare", "-F", function).strip()).isEqualTo(function);
        }
        assertThat(FaultKind.ALL).extracting(FaultKind::name).contains("kill", "pause", "standby-lag");
    }
}
