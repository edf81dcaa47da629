package dev.faultline.local.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecordingTest {
    @Test
    void countsTimeWithoutAcceptedOrdersAtBothEndsOfASpan() {
        var recording = new Recording();
        recording.accepted();
        long at = recording.acceptances().getFirst();

        assertThat(recording.longestGap(at, at + 5_000)).isEqualTo(5_000);
        assertThat(recording.longestGap(at - 7_000, at + 5_000)).isEqualTo(7_000);
        assertThat(recording.longestGap(at + 1_000, at + 3_000)).isEqualTo(2_000);
    }
}
