package dev.faultline.local.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff();

    @Test
    void doublesTheDelayUpToHalfAMinute() {
        assertThat(Stream.generate(() -> backoff.next(Duration.ofSeconds(1))).limit(20).map(Duration::toMillis))
                .startsWith(0L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L).endsWith(30_000L);
    }

    @Test
    void resetsAfterAStableRun() {
        backoff.next(Duration.ZERO);
        backoff.next(Duration.ZERO);

        assertThat(backoff.next(Backoff.STABLE)).isZero();
        assertThat(backoff.next(Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
    }
}
