package dev.faultline.experiments.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

class AgreementTest {

    @Test
    void countsWhatEachSystemHasAlone() {
        assertThat(Agreement.of(Set.of("a", "b", "c"), List.of("b", "c", "x", "c", "x", "c"))).isEqualTo(new Agreement(
                3, 1, 1, 3));
    }

    @Test
    void agreesIfBothHaveTheSame() {
        assertThat(Agreement.of(Set.of("a", "b"), List.of("b", "a"))).isEqualTo(new Agreement(2, 0, 0, 0));
    }
}
