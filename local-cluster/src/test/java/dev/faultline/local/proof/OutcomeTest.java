package dev.faultline.local.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.local.proof.history.Anomaly;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    private static final SortedMap<String, Long> NOBODY = new TreeMap<>();

    @Test
    void isProvenIfAllWasAcceptedAndKept() {
        assertThat(outcome(100, 0, NOBODY, 0L, List.of()).isProven()).isTrue();
    }

    @Test
    void isNotProvenIfAClientWasTurnedAway() {
        assertThat(outcome(99, 1, NOBODY, 0L, List.of()).isProven()).isFalse();
    }

    @Test
    void isNotProvenIfAClientWasLeftWithoutAnAnswer() {
        var one = new TreeMap<>(Map.of("The gateway broke off.", 1L));
        assertThat(outcome(99, 0, one, 0L, List.of()).isProven()).isFalse();
    }

    @Test
    void isNotProvenIfSomethingNeverCameToRestOrAPromiseIsBroken() {
        assertThat(outcome(100, 0, NOBODY, null, List.of()).isProven()).isFalse();
        assertThat(outcome(100, 0, NOBODY, 0L, List.of(new Anomaly(Anomaly.Kind.LOST_ORDER, "it", "is gone")))
                .isProven()).isFalse();
    }

    private static Outcome outcome(long accepted, long turnedAway, SortedMap<String, Long> givenUp,
            @Nullable Long restedAfterMs, List<Anomaly> anomalies) {
        return new Outcome(1, 10, 10_000, List.of(), 100, accepted, turnedAway, givenUp, 0, accepted, 0, 0,
                restedAfterMs, anomalies, List.of(), List.of());
    }
}
