package dev.faultline.verification.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void returnsTheOutputAndNotTheErrors() {
        assertThat(Command.run(List.of("bash", "-c", "echo out; echo err >&2; exec cat"))).isEqualTo("out\n");
    }

    @Test
    void failsWithWhatTheProgramSaid() {
        assertThatThrownBy(() -> Command.run(List.of("bash", "-c", "echo out; echo wrong >&2; exit 3"))).hasMessage(
                "wrong");
        assertThatThrownBy(() -> Command.run(List.of("bash", "-c", "exit 3"))).hasMessage(
                "bash failed with exit code 3.");
        assertThatThrownBy(() -> Command.run(List.of("no-such-program"))).hasMessageContaining("no-such-program")
                .hasMessageContaining("PATH");
    }
}
