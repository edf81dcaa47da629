package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class TwoChoicesTest {
    @Test
    void neverChoosesTheBusiestOfThree() {
        List<Instance> three = Balancers.idle(3);
        Balancers.busy(three.get(1), 1);
        Balancers.busy(three.get(2), 2);
        List<Integer> shares = Shares.of(3_000, new TwoChoices(new Random(7)::nextInt), three).of(three);
        assertThat(shares.get(2)).isZero();
        assertThat(shares.get(1)).as("only of the pair with the busiest").isBetween(900, 1_100);
    }

    /** Ten thousand requests that stay, to ten instances: a thousand each, and a few more for the busiest. */
    @Test
    void isNearlyAsEvenAsAskingAll() {
        assertThat(busiest(new TwoChoices(new Random(7)::nextInt))).isLessThanOrEqualTo(1_005);
        assertThat(busiest(new RandomChoice(new Random(7)::nextInt))).isGreaterThan(1_020);
    }

    private static int busiest(Policy policy) {
        List<Instance> ten = Balancers.idle(10);
        for (int i = 0; i < 10_000; i++) {
            policy.choose(ten, () -> "").begin();
        }
        return ten.stream().mapToInt(Instance::inFlight).max().orElseThrow();
    }

    @Test
    void choosesTheOnlyOne() {
        List<Instance> one = Balancers.idle(1);
        assertThat(new TwoChoices(new Random(7)::nextInt).choose(one, () -> "")).isSameAs(one.getFirst());
    }
}
