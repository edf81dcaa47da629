package dev.faultline.verification.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariationTest {
    @Test
    void passesAnEnvironmentVariable() {
        var variation = Variation.parse("FAULTLINE_MESSAGING_OUTBOX_BATCH_INTERVAL=20ms,50ms");
        assertThat(variation.values()).containsExactly("20ms", "50ms");
        assertThat(variation.environment("20ms")).containsExactly(
                java.util.Map.entry("FAULTLINE_MESSAGING_OUTBOX_BATCH_INTERVAL", "20ms"));
    }

    @Test
    void passesASpringPropertyAsAnEnvironmentVariable() {
        assertThat(Variation.parse("faultline.messaging.outbox.batch-interval=20ms,50ms").environment("50ms"))
                .containsOnlyKeys("FAULTLINE_MESSAGING_OUTBOX_BATCHINTERVAL");
    }

    @Test
    void passesAJvmOptionSoThatItOverridesTheCommandLine() {
        assertThat(Variation.parse("-XX:TieredStopAtLevel=1,4").environment("4"))
                .containsEntry("_JAVA_OPTIONS", "-XX:TieredStopAtLevel=4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NAME", "NAME=", "NAME=1", "NAME=1,1", "=1,2"})
    void rejectsAnIncompleteVariation(String text) {
        assertThatExceptionOfType(FaultlineException.class).isThrownBy(() -> Variation.parse(text))
                .withMessageContaining("--vary must be NAME=A,B");
    }
}
