package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

class LeastInFlightTest {
    @Test
    void choosesTheOneWithTheFewest() {
        List<Instance> three = Balancers.idle(3);
        Balancers.busy(three.get(0), 3);
        Balancers.busy(three.get(1), 1);
        Balancers.busy(three.get(2), 2);
        assertThat(Shares.of(100, new LeastInFlight(), three).of(three)).containsExactly(0, 100, 0);
    }

    @Test
    void takesTurnsAmongEquals() {
        List<Instance> three = Balancers.idle(3);
        three.forEach(instance -> Balancers.busy(instance, 2));
        assertThat(Shares.of(300, new LeastInFlight(), three).of(three)).containsExactly(100, 100, 100);
    }

    @Test
    void aFrozenInstanceHoldsNoMoreThanTheOthers() {
        List<Instance> three = Balancers.idle(3);
        var policy = new LeastInFlight();
        for (int i = 0; i < 1000; i++) {
            Instance chosen = policy.choose(three, () -> "");
            chosen.begin();
            if (chosen != three.getFirst()) {
                chosen.end();
            }
        }
        assertThat(three.getFirst().inFlight()).isEqualTo(1);
    }
}
