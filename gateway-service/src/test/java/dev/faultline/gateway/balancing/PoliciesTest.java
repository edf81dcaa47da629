package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoliciesTest {
    static Stream<String> names() {
        return new Policies("").names().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void chooseAnEligibleInstanceAlsoConcurrently(String name) throws Exception {
        Policy policy = new Policies("a").named(name);
        List<Instance> three = Balancers.idle(3);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var tasks = IntStream.range(0, 4).<Callable<Boolean>>mapToObj(_ -> () -> {
                for (int i = 0; i < 20_000; i++) {
                    Instance chosen = policy.choose(three, () -> "alice");
                    chosen.begin();
                    chosen.end();
                    if (!three.contains(chosen)) {
                        return false;
                    }
                }
                return true;
            }).toList();
            for (var result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
        }
        assertThat(three).allMatch(instance -> instance.inFlight() == 0);
        assertThat(three.stream().mapToLong(Instance::attempts).sum()).isEqualTo(80_000);
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> new Policies("").named("fastest")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no policy \"fastest\"; there are round-robin, random, weighted, least-in-flight,"
                        + " two-choices, zone-preference, consistent-hash");
    }
}
