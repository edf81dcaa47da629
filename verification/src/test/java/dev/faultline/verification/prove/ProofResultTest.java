package dev.faultline.verification.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.verification.history.Anomaly;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProofResultTest {
    private static final SortedMap<String, Long> NONE = new TreeMap<>();

    @Test
    void isProvenIfEveryOrderWasAcceptedAndEveryPromiseKept() {
        assertThat(result(100, 0, NONE, 0L, List.of()).isProven()).isTrue();
    }

    @Test
    void isNotProvenIfARequestWasShed() {
        assertThat(result(99, 1, NONE, 0L, List.of()).isProven()).isFalse();
    }

    @Test
    void isNotProvenIfARequestHasNoOutcomeAtAll() {
        assertThat(result(99, 0, NONE, 0L, List.of()).isProven()).isFalse();
    }

    @Test
    void isNotProvenIfAClientGaveUp() {
        var one = new TreeMap<>(Map.of("The gateway closed the connection.", 1L));
        assertThat(result(99, 0, one, 0L, List.of()).isProven()).isFalse();
    }

    @Test
    void isNotProvenIfSomethingStaysInFlightOrAPromiseIsBroken() {
        assertThat(result(100, 0, NONE, null, List.of()).isProven()).isFalse();
        assertThat(result(100, 0, NONE, 0L, List.of(new Anomaly(Anomaly.Kind.LOST_ORDER, "it", "is gone")))
                .isProven()).isFalse();
    }

    private static ProofResult result(long accepted, long shed, SortedMap<String, Long> givenUp,
            @Nullable Long quiescentAfterMs, List<Anomaly> anomalies) {
        return new ProofResult(1, 10, 10_000, List.of(), 100, accepted, shed, givenUp, 0, accepted, 0, 0,
                quiescentAfterMs, anomalies, List.of(), List.of());
    }
}
