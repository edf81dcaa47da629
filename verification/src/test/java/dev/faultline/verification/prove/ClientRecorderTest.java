package dev.faultline.verification.prove;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientRecorderTest {
    @Test
    void countsGapsAtBothEndsOfAnInterval() {
        var recorder = new ClientRecorder();
        recorder.accepted();
        long at = recorder.acceptedAtMs().getFirst();

        assertThat(recorder.longestGap(at, at + 5_000)).isEqualTo(5_000);
        assertThat(recorder.longestGap(at - 7_000, at + 5_000)).isEqualTo(7_000);
        assertThat(recorder.longestGap(at + 1_000, at + 3_000)).isEqualTo(2_000);
    }
}
