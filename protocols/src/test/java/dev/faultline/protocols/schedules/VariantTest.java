package dev.faultline.protocols.schedules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

class VariantTest {
    private static void evenNumbersFail(Schedule schedule) {
        int number = schedule.below(1_000);
        schedule.count("played");
        schedule.measure("number", number);
        Violation.unless(number % 2 == 1, "odd", () -> number + " is even");
    }

    @Test
    void whatHoldsMustNotFail() {
        Outcome outcome = Variant.holds("test", "", List.of("played"), VariantTest::evenNumbersFail).run(1, 100,
                _ -> {});
        assertThat(outcome.isAsExpected()).isFalse();
        assertThat(outcome.violations()).containsOnlyKeys("odd");
        assertThat(outcome.first()).hasSize(10).isSortedAccordingTo((one, other) -> Long.compare(one.seed(), other
                .seed()));
    }

    @Test
    void aRunInWhichNothingHappenedSaysNothing() {
        Outcome outcome = Variant.holds("test", "", List.of("played", "crash"), schedule -> schedule.count("played"))
                .run(1, 100, _ -> {});
        assertThat(outcome.violations()).isEmpty();
        assertThat(outcome.missing()).containsExactly("crash");
        assertThat(outcome.isAsExpected()).isFalse();
    }

    @Test
    void aControlMustFailAsItSays() {
        assertThat(Variant.control("test", "", "odd", 100, VariantTest::evenNumbersFail).run(1, 100, _ -> {})
                .isAsExpected()).isTrue();
        assertThat(Variant.control("test", "", "prime", 100, VariantTest::evenNumbersFail).run(1, 100, _ -> {})
                .isAsExpected()).isFalse();
        assertThat(Variant.control("test", "", "odd", 100, _ -> {}).run(1, 100, _ -> {}).isAsExpected()).isFalse();
    }

    @Test
    void anOutcomeDependsOnTheSeedsOnly() {
        Variant variant = Variant.control("test", "", "odd", 100, VariantTest::evenNumbersFail);
        assertThat(variant.run(1, 1_000, _ -> {})).isEqualTo(variant.run(1, 1_000, _ -> {}));
        assertThat(variant.run(1, 1_000, _ -> {}).first()).isNotEqualTo(variant.run(2_000, 1_000, _ -> {}).first());
    }

    @Test
    void measuresAreCollectedFromAllSchedulesAndProgressIsTold() {
        var last = new AtomicLong();
        Outcome outcome = Variant.control("test", "", "odd", 100, VariantTest::evenNumbersFail).run(1, 1_000,
                played -> last.accumulateAndGet(played, Math::max));
        assertThat(last).hasValue(1_000);
        Distribution numbers = Objects.requireNonNull(outcome.figures().get("number"));
        assertThat(numbers.count()).isEqualTo(1_000);
        assertThat(numbers.quantile(0.5)).isBetween(400L, 600L);
        assertThat(numbers.quantile(1)).isEqualTo(numbers.max());
        assertThat(numbers.mean()).isBetween(450.0, 550.0);
    }
}
