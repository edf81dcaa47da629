package dev.faultline.experiments.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.faultline.experiments.lab.Traffic.Request;
import org.junit.jupiter.api.Test;

class GoodputTest {

    @Test
    void countsAnswersInTheSecondInWhichTheyArrive() {
        var goodput = Goodput.of(List.of(new Request(0, 10, null), new Request(900, 50, null), new Request(900, 150,
                null), new Request(1_900, 5_000, null), new Request(500, 10, "503")), 3);
        assertThat(goodput.perSecond()).containsExactly(2, 1, 0);
    }

    @Test
    void averagesTheSecondsFromTheFirstToBeforeTheLast() {
        assertThat(new Goodput(List.of(0, 10, 20, 99)).average(1, 3)).isEqualTo(15);
    }

    @Test
    void hasRecoveredWhenNoLaterSecondIsLow() {
        assertThat(new Goodput(List.of(40, 0, 0, 35, 10, 39, 41)).recovery(2, 40)).isEqualTo(3);
        assertThat(new Goodput(List.of(40, 0, 40, 40)).recovery(2, 40)).isZero();
        assertThat(new Goodput(List.of(40, 0, 40, 3)).recovery(2, 40)).isEqualTo(2);
    }
}
