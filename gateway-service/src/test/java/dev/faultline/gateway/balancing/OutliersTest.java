package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/** Ejection with the default settings, in virtual time. */
class OutliersTest {
    private final AtomicLong clock = new AtomicLong(1);
    private final Balancers.Registry registry = new Balancers.Registry();
    private final Instances instances = Balancers.instances(registry, clock);

    private List<Instance> started(int count) {
        registry.register(IntStream.rangeClosed(1, count).toArray());
        return instances.all();
    }

    private void send(Instance to, Outcome outcome) {
        new Attempt(instances, to, clock.get()).completed(outcome);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private List<Instance> inRotation() {
        return new Outliers(Balancers.EJECTION).inRotation(instances.all(), clock.get());
    }

    @Test
    void ejectsAnInstanceThatDoesNotAnswer() {
        List<Instance> three = started(3);
        send(three.get(1), Outcome.NO_ANSWER);
        assertThat(inRotation()).containsExactly(three.get(0), three.get(2));
        assertThat(three.get(1).ejection().count()).isEqualTo(1);
    }

    @Test
    void eachEjectionLastsTwiceAsLongUpToTheLongest() {
        List<Instance> three = started(3);
        for (int seconds : List.of(1, 2, 4, 8, 16, 30, 30)) {
            send(three.getFirst(), Outcome.NO_ANSWER);
            pass(Duration.ofSeconds(seconds).minusMillis(1));
            assertThat(inRotation()).doesNotContain(three.getFirst());
            pass(Duration.ofMillis(1));
            assertThat(inRotation()).contains(three.getFirst());
        }
    }

    @Test
    void beginsAgainWithTheShortestAfterTheLongestTimeWithoutOne() {
        List<Instance> three = started(3);
        send(three.getFirst(), Outcome.NO_ANSWER);
        pass(Duration.ofSeconds(1));
        send(three.getFirst(), Outcome.NO_ANSWER);
        pass(Duration.ofSeconds(2 + 30));
        send(three.getFirst(), Outcome.NO_ANSWER);
        pass(Duration.ofSeconds(1));
        assertThat(inRotation()).contains(three.getFirst());
    }

    @Test
    void ejectsAnInstanceOfWhichHalfOfTheAnswersAreErrors() {
        List<Instance> three = started(3);
        for (int i = 0; i < 9; i++) {
            send(three.getFirst(), Outcome.ERROR);
            send(three.getFirst(), Outcome.ANSWERED);
        }
        assertThat(inRotation()).hasSize(3);
        send(three.getFirst(), Outcome.ERROR);
        assertThat(inRotation()).doesNotContain(three.getFirst());
    }

    @Test
    void ejectsNobodyForErrorsThatAllHave() {
        List<Instance> three = started(3);
        for (int i = 0; i < 100; i++) {
            three.forEach(instance -> send(instance, Outcome.ERROR));
        }
        assertThat(inRotation()).isEqualTo(three);
        assertThat(three).allMatch(instance -> instance.ejection().count() == 0);
    }

    @Test
    void aRequestThatWasNotSentSaysNothing() {
        List<Instance> three = started(3);
        for (int i = 0; i < 100; i++) {
            send(three.getFirst(), Outcome.DISCARDED);
        }
        assertThat(inRotation()).isEqualTo(three);
    }

    @Test
    void ejectsHalfOfThemAtMostAndTheLastOnes() {
        List<Instance> five = started(5);
        for (int i = 0; i < 4; i++) {
            send(five.get(i), Outcome.NO_ANSWER);
            pass(Duration.ofMillis(10));
        }
        assertThat(inRotation()).containsExactly(five.get(0), five.get(1), five.get(4));
    }

    @Test
    void ejectsNobodyWhenAllFail() {
        List<Instance> three = started(3);
        three.forEach(instance -> send(instance, Outcome.NO_ANSWER));
        assertThat(inRotation()).isEqualTo(three);
    }

    @Test
    void neverEjectsTheOnlyOne() {
        List<Instance> one = started(1);
        send(one.getFirst(), Outcome.NO_ANSWER);
        assertThat(inRotation()).isEqualTo(one);
        assertThat(one.getFirst().ejection().count()).isZero();
    }

    @Test
    void requestsThatBeganBeforeItWasEjectedAreOneIncident() {
        List<Instance> three = started(3);
        var begun = IntStream.range(0, 50).mapToObj(_ -> new Attempt(instances, three.getFirst(), clock.get()))
                .toList();
        pass(Duration.ofMillis(2400));
        begun.getFirst().completed(Outcome.NO_ANSWER);
        pass(Duration.ofMillis(1500));
        begun.stream().skip(1).forEach(attempt -> attempt.completed(Outcome.NO_ANSWER));
        assertThat(inRotation()).isEqualTo(three);
        assertThat(three.getFirst().ejection().count()).isEqualTo(1);
        assertThat(three.getFirst().failures()).isEqualTo(50);
    }
}
