package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.ServiceInstance;
import reactor.core.publisher.Flux;

class InstancesTest {
    private final AtomicLong clock = new AtomicLong(1);
    private final Balancers.Registry registry = new Balancers.Registry();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Instances instances = Balancers.instances(registry, meters, clock::get);

    @Test
    void keepsWhatItKnowsOfInstancesThatStay() {
        registry.register(1, 2);
        Instance first = instances.all().getFirst();
        new Attempt(instances, first, clock.get()).completed(Outcome.NO_ANSWER);
        registry.register(2, 1, 3);
        assertThat(instances.all().get(1)).isSameAs(first);
        assertThat(first.ejection().left(clock.get())).isPositive();
    }

    @Test
    void anInstanceThatComesBackIsNew() {
        registry.register(1, 2);
        Instance first = instances.all().getFirst();
        registry.register(2);
        instances.all();
        registry.register(1, 2);
        assertThat(instances.all().getFirst()).isNotSameAs(first);
    }

    @Test
    void adoptsAChangedWeight() {
        registry.register(Balancers.registered(1, Map.of()));
        Instance instance = instances.all().getFirst();
        registry.register(Balancers.registered(1, Map.of(Metadata.WEIGHT, "7", Metadata.ZONE, "b")));
        assertThat(instances.all()).containsExactly(instance);
        assertThat(instance.metadata().weight()).isEqualTo(7);
        assertThat(instance.isIn("b")).isTrue();
    }

    @Test
    void theUsualCaseAllocatesNoList() {
        registry.register(1, 2, 3);
        List<Instance> all = instances.all();
        assertThat(instances.eligible(all, null)).isSameAs(all);
    }

    /** An operator who looks at all services does not wait for those that have never been there. */
    @Test
    void whoOnlyLooksDoesNotWait() {
        var silent = new Balancers.Registry() {
            @Override
            public Flux<List<ServiceInstance>> get() {
                return Flux.never();
            }
        };
        assertThat(Balancers.instances(silent, clock).allNow()).isEmpty();
        registry.register(1, 2);
        assertThat(instances.allNow()).hasSize(2);
    }

    @Test
    void metersTellTheShareOfEachInstanceAndGoWithIt() {
        registry.register(1, 2);
        Instance first = instances.all().getFirst();
        new Attempt(instances, first, clock.get()).completed(Outcome.ANSWERED);
        new Attempt(instances, first, clock.get()).completed(Outcome.NO_ANSWER);
        assertThat(counter("attempts", first).count()).isEqualTo(2);
        assertThat(counter("failures", first).count()).isEqualTo(1);
        assertThat(counter("ejections", first).count()).isEqualTo(1);
        registry.register(2);
        instances.all();
        assertThat(meters.getMeters()).hasSize(4).allMatch(meter -> "order-service-2".equals(meter.getId().getTag(
                "instance")));
    }

    private FunctionCounter counter(String name, Instance instance) {
        return meters.get("faultline.gateway." + name).tags("service", "order-service", "instance", instance.id())
                .functionCounter();
    }
}
