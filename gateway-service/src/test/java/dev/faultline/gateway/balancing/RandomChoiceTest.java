package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class RandomChoiceTest {
    @Test
    void givesEveryInstanceAboutTheSameShare() {
        List<Instance> three = Balancers.idle(3);
        assertThat(Shares.of(30_000, new RandomChoice(new Random(7)::nextInt), three).of(three)).allSatisfy(
                share -> assertThat(share).isBetween(9_700, 10_300));
    }

    @Test
    void doesNotTakeTurns() {
        List<Instance> two = Balancers.idle(2);
        var policy = new RandomChoice(new Random(7)::nextInt);
        int repeated = 0;
        Instance before = policy.choose(two, () -> "");
        for (int i = 0; i < 1000; i++) {
            Instance next = policy.choose(two, () -> "");
            repeated += next == before ? 1 : 0;
            before = next;
        }
        assertThat(repeated).isBetween(400, 600);
    }
}
