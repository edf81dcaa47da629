package dev.faultline.acquirer.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.faultline.acquirer.faults.InjectedFault.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultInjectionTest {
    private static final Duration SLOW = Duration.ofSeconds(1);

    @Test
    void injectsNothingByDefault() {
        assertThat(draw(Faults.NONE, 1000)).containsOnly(new InjectedFault(false, Failure.NONE, Duration.ZERO, false));
    }

    @Test
    void injectsEveryFaultIfEveryShareIsOne() {
        assertThat(draw(new Faults(1, 1, 1, SLOW, 1, Optional.empty()), 1000))
                .allMatch(m -> m.declines() && m.failure() != Failure.NONE && m.delay().equals(SLOW) && m.timesOut());
    }

    @Test
    void injectsFaultsIntoTheConfiguredShares() {
        var drawn = draw(new Faults(0.1, 0.2, 0.3, SLOW, 0.4, Optional.of(1L)), 10_000);
        assertThat(drawn.stream().filter(InjectedFault::declines).count()).isBetween(900L, 1100L);
        assertThat(drawn.stream().filter(m -> m.failure() != Failure.NONE).count()).isBetween(1800L, 2200L);
        assertThat(drawn.stream().filter(m -> !m.delay().isZero()).count()).isBetween(2800L, 3200L);
        assertThat(drawn.stream().filter(InjectedFault::timesOut).count()).isBetween(3800L, 4200L);
    }

    @Test
    void drawsTheSameFaultsFromTheSameSeed() {
        var faults = new Faults(0.5, 0.5, 0.5, SLOW, 0.5, Optional.of(42L));
        assertThat(draw(faults, 100)).isEqualTo(draw(faults, 100))
                .isNotEqualTo(draw(new Faults(0.5, 0.5, 0.5, SLOW, 0.5, Optional.of(43L)), 100));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
    void rejectsInvalidShares(double share) {
        assertThatThrownBy(() -> new Faults(share, 0, 0, SLOW, 0, Optional.empty())).hasMessageContaining(
                "declineShare");
        assertThatThrownBy(() -> new Faults(0, share, 0, SLOW, 0, Optional.empty())).hasMessageContaining("failShare");
        assertThatThrownBy(() -> new Faults(0, 0, share, SLOW, 0, Optional.empty())).hasMessageContaining("slowShare");
        assertThatThrownBy(() -> new Faults(0, 0, 0, SLOW, share, Optional.empty()))
                .hasMessageContaining("timeoutAfterChargeShare");
    }

    private static List<InjectedFault> draw(Faults faults, int times) {
        var faultInjection = new FaultInjection();
        faultInjection.configure(faults);
        return Stream.generate(faultInjection::draw).limit(times).toList();
    }
}
