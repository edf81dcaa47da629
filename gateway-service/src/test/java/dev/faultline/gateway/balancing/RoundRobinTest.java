package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

class RoundRobinTest {
    @Test
    void givesEveryInstanceTheSameShareWhateverItsLoad() {
        List<Instance> three = Balancers.idle(3);
        Balancers.busy(three.getFirst(), 50);
        assertThat(Shares.of(300, new RoundRobin(), three).of(three)).containsExactly(100, 100, 100);
    }

    @Test
    void takesTurns() {
        List<Instance> three = Balancers.idle(3);
        var policy = new RoundRobin();
        for (int i = 0; i < 9; i++) {
            assertThat(policy.choose(three, () -> "")).isSameAs(three.get(i % 3));
        }
    }
}
