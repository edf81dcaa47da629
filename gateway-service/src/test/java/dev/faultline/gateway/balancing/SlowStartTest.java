package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In virtual time, with a start of five seconds. */
class SlowStartTest {
    private final AtomicLong clock = new AtomicLong(1);
    private final Balancers.Registry registry = new Balancers.Registry();
    private final Instances instances = Balancers.instances(registry, clock);
    private final SlowStart slowStart = new SlowStart(Balancers.SLOW_START, new Random(7)::nextDouble);

    private Instance newcomer() {
        registry.register(1, 2);
        instances.all();
        registry.register(1, 2, 3);
        return instances.all().getLast();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    /** Of 3,000 requests, where a third would be 1,000. */
    private int share(Instance instance, Policy policy) {
        int share = 0;
        for (int i = 0; i < 3_000; i++) {
            share += policy.choose(slowStart.participants(instances.all(), clock.get()), () -> "") == instance ? 1 : 0;
        }
        return share;
    }

    @Test
    void aNewInstancesShareGrowsFromATenthToTheWhole() {
        Instance newcomer = newcomer();
        assertThat(share(newcomer, new RoundRobin())).isBetween(60, 160);
        pass(Duration.ofMillis(2_500));
        assertThat(share(newcomer, new RoundRobin())).isBetween(400, 600);
        pass(Duration.ofMillis(2_500));
        assertThat(share(newcomer, new RoundRobin())).isEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "random", "weighted", "two-choices", "least-in-flight"})
    void holdsForEveryPolicy(String policy) {
        assertThat(share(newcomer(), new Policies("").named(policy))).isBetween(30, 330);
    }

    @Test
    void anInstanceThatReturnsFromItsEjectionStartsSlowlyToo() {
        registry.register(1, 2, 3);
        Instance ejected = instances.all().getFirst();
        new Attempt(instances, ejected, clock.get()).completed(Outcome.NO_ANSWER);
        pass(Duration.ofMillis(1_100));
        assertThat(share(ejected, new RoundRobin())).isBetween(60, 160);
        pass(Balancers.SLOW_START);
        assertThat(share(ejected, new RoundRobin())).isEqualTo(1_000);
    }

    @Test
    void nobodyWaitsWhereAllAreNew() {
        registry.register(1, 2);
        assertThat(instances.all()).allMatch(instance -> slowStart.warmth(instance, clock.get()) == 1);
        registry.register(3, 4);
        assertThat(instances.all()).allMatch(instance -> slowStart.warmth(instance, clock.get()) == 1);
    }

    @Test
    void leavesNobodyOutIfNoneIsWarm() {
        List<Instance> two = List.of(new Instance(Balancers.registered(1, java.util.Map.of()), clock.get()),
                new Instance(Balancers.registered(2, java.util.Map.of()), clock.get()));
        for (int i = 0; i < 100; i++) {
            assertThat(slowStart.participants(two, clock.get())).isEqualTo(two);
        }
    }
}
