package dev.faultline.service.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrectedClockTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Duration ROUND_TRIP = Duration.ofMillis(40);

    @ParameterizedTest
    @ValueSource(longs = {-3_600, -2, 2, 3_600})
    void isWithinHalfARoundTripOfTheOtherOne(long ahead) {
        var clock = new CorrectedClock(() -> NOW.plusSeconds(ahead));
        assertThat(clock.instant()).isEqualTo(NOW.plusSeconds(ahead));

        // Read at any time between before and after.
        for (Duration when : new Duration[]{Duration.ZERO, ROUND_TRIP}) {
            clock.learn(clock.own(), clock.own().plus(ROUND_TRIP), NOW.plus(when), NOW.plus(when));

            assertThat(clock.instant()).isCloseTo(NOW, within(20, ChronoUnit.MILLIS));
        }
    }

    @Test
    void isWithinASecondOfAClockThatShowsOnlySeconds() {
        var clock = new CorrectedClock(() -> NOW.plusSeconds(3_600));
        Instant shown = NOW.truncatedTo(ChronoUnit.SECONDS);

        clock.learn(clock.own(), clock.own().plus(ROUND_TRIP), shown, shown.plusSeconds(1));

        assertThat(clock.instant()).isCloseTo(NOW, within(1, ChronoUnit.SECONDS));
    }

    @Test
    void isNotCorrectedByAReadingThatDoesNotContradictIt() {
        var clock = new CorrectedClock(() -> NOW);

        clock.learn(NOW, NOW.plus(ROUND_TRIP), NOW.plusMillis(1), NOW.plusMillis(1));

        assertThat(clock.instant()).isEqualTo(NOW);
    }

    @Test
    void keepsAGoodCorrectionAfterASlowReading() {
        var clock = new CorrectedClock(() -> NOW.plusSeconds(5));
        clock.learn(clock.own(), clock.own().plus(ROUND_TRIP), NOW, NOW);

        clock.learn(clock.own(), clock.own().plusSeconds(15), NOW, NOW.plusSeconds(15));

        assertThat(clock.instant()).isCloseTo(NOW, within(40, ChronoUnit.MILLIS));
    }

    @Test
    void isAsBeforeAfterTheOtherOneWasSetRight() {
        var clock = new CorrectedClock(() -> NOW);
        clock.learn(NOW, NOW, NOW.plusSeconds(5), NOW.plusSeconds(5));
        assertThat(clock.instant()).isEqualTo(NOW.plusSeconds(5));

        clock.learn(NOW, NOW, NOW, NOW);
        assertThat(clock.instant()).isEqualTo(NOW);
    }
}
