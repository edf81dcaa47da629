package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class ProcessIdentityTest {

    @Test
    void neverSignalsAnotherProcessWithTheSameId() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            var identity = ProcessIdentity.of(process.pid()).orElseThrow();
            var earlier = new ProcessIdentity(process.pid(), "another time");

            assertThat(earlier.isAlive()).isFalse();
            assertThat(earlier.signal("KILL")).isFalse();
            assertThat(process.isAlive()).isTrue();

            assertThat(identity.isAlive()).isTrue();
            assertThat(identity.signal("KILL")).isTrue();
            assertThat(process.waitFor()).isEqualTo(137);
            assertThat(identity.isAlive()).isFalse();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
