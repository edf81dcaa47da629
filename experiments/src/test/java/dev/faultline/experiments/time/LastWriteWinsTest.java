package dev.faultline.experiments.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

class LastWriteWinsTest {

    @Test
    void losesNothingWhileTimesGrow() {
        assertThat(LastWriteWins.lost(times(1, 2, 2, 3))).isZero();
    }

    @Test
    void losesEveryWriteAfterOneFromTheFuture() {
        assertThat(LastWriteWins.lost(times(1, 3_600, 2, 3, 3_601, 4))).isEqualTo(3);
    }

    private static List<Instant> times(long... seconds) {
        return LongStream.of(seconds).mapToObj(Instant::ofEpochSecond).toList();
    }
}
