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

    private final BatchPacing pacing = new BatchPacing(INTERVAL, 1);
    private long now = START;

    /** The moments of so many batches of a relay that always has another. */
    private List<Duration> send(int batches) {
        var moments = new ArrayList<Duration>();
        for (int i = 0; i < batches; i++) {
            now += pacing.delay(now).toNanos();
            pacing.add(1, now);
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
        for (int i = 0; i < 100; i++) {
            now += INTERVAL.toNanos();
            assertThat(pacing.delay(now)).isZero();
            pacing.add(1, now);
        }
    }

    @Test
    void countsItemsSoThatOnlyBatchesWorthAPauseWait() {
        var ofFive = new BatchPacing(INTERVAL, 5);
        for (int i = 0; i < 100; i++) {
            now += INTERVAL.toNanos();
            assertThat(ofFive.delay(now)).isZero();
            ofFive.add(5, now);
        }
        for (int i = 0; i < 8; i++) {
            now += INTERVAL.toNanos();
            ofFive.add(6, now);
        }
        assertThat(ofFive.delay(now)).isPositive();
    }

    @Test
    void forgetsALoadWithinASecond() {
        pacing.add(100_000, now);
        assertThat(pacing.delay(now + Duration.ofMillis(800).toNanos())).isPositive();
        assertThat(pacing.delay(now + Duration.ofSeconds(1).toNanos())).isZero();
    }

    @Test
    void relaysThatHaveToWaitDoSoUntilTheSameMoment() {
        send(8);
        var other = new BatchPacing(INTERVAL, 1);
        long soon = now + Duration.ofMillis(5).toNanos();
        for (int i = 0; i < 8; i++) {
            assertThat(other.delay(soon)).isZero();
            other.add(1, soon);
        }
        assertThat(now + pacing.delay(now).toNanos()).isEqualTo(soon + other.delay(soon).toNanos());
    }
}
