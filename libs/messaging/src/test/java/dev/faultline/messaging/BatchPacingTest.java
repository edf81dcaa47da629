package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

class BatchPacingTest {
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final long START = Duration.ofMinutes(1).plusMillis(7).toNanos();

    private final BatchPacing pacing = new BatchPacing(INTERVAL);
    private long now = START;

    /** The moments of so many batches of a relay that always has another. */
    private List<Duration> send(int batches) {
        var moments = new ArrayList<Duration>();
        for (int i = 0; i < batches; i++) {
            now += pacing.delay(now).toNanos();
            moments.add(Duration.ofNanos(now - START));
        }
        return moments;
    }

    private static List<Duration> millis(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toList();
    }

    @Test
    void sendsAFewBatchesAtOnceAndThenOnePerIntervalAtItsMultiples() {
        // The first multiple of 20 ms is 13 ms away.
        assertThat(send(12)).isEqualTo(millis(0, 0, 0, 0, 0, 0, 0, 0, 13, 33, 53, 73));
    }

    @Test
    void sendsAtOnceAgainAfterIdling() {
        send(20);
        now += INTERVAL.multipliedBy(12).toNanos();
        long idle = (now - START) / 1_000_000;
        assertThat(send(9)).isEqualTo(millis(idle, idle, idle, idle, idle, idle, idle, idle, idle + 20));
    }

    @Test
    void doesNotDelayWhoSendsNoMoreThanOneBatchPerInterval() {
        assertThat(LongStream.range(0, 100).mapToObj(i -> pacing.delay(START + i * INTERVAL.toNanos())))
                .containsOnly(Duration.ZERO);
    }

    @Test
    void relaysThatHaveToWaitDoSoUntilTheSameMoment() {
        send(8);
        var other = new BatchPacing(INTERVAL);
        long soon = now + Duration.ofMillis(5).toNanos();
        for (int i = 0; i < 8; i++) {
            assertThat(other.delay(soon)).isZero();
        }
        assertThat(now + pacing.delay(now).toNanos()).isEqualTo(soon + other.delay(soon).toNanos());
    }
}
