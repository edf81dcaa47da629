package dev.faultline.gateway.balancing;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;

/** Instances and balancers of a service whose instances a test knows. */
public final class Balancers {
    static final BalancingProperties.Ejection EJECTION = new BalancingProperties.Ejection(1, 0.5, Duration.ofSeconds(1),
            Duration.ofSeconds(30), 0.5);
    static final Duration SLOW_START = Duration.ofSeconds(5);

    private Balancers() {}

    /** A list that a test changes. */
    static class Registry implements ServiceInstanceListSupplier {
        private List<ServiceInstance> registered = List.of();

        void register(ServiceInstance... instances) {
            registered = List.of(instances);
        }

        void register(int... ports) {
            registered = Arrays.stream(ports).mapToObj(port -> registered(port, Map.of())).toList();
        }

        @Override
        public String getServiceId() {
            return "order-service";
        }

        @Override
        public Flux<List<ServiceInstance>> get() {
            return Flux.just(registered);
        }
    }

    /** With the default settings, and the time of this machine. */
    public static Balancer leastInFlight(int... ports) {
        var registry = new Registry();
        registry.register(ports);
        return balancer(instances(registry, new SimpleMeterRegistry(), System::nanoTime), "least-in-flight");
    }

    static Instances instances(Registry registry, AtomicLong clock) {
        return instances(registry, new SimpleMeterRegistry(), clock::get);
    }

    static Instances instances(Registry registry, SimpleMeterRegistry meters, java.util.function.LongSupplier clock) {
        return new Instances("order-service", registry, new BalancingProperties("least-in-flight", Map.of(), EJECTION,
                SLOW_START), new InstanceMeters(meters), clock);
    }

    static Balancer balancer(Instances instances, String policy) {
        return new Balancer("orders", instances, new Policies(""), policy);
    }

    static ServiceInstance registered(int port, Map<String, String> metadata) {
        return new DefaultServiceInstance("order-service-" + port, "order-service", "127.0.0.1", port, false, metadata);
    }

    static List<Instance> idle(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(port -> new Instance(registered(port, Map.of()), 0)).toList();
    }

    static Instance instance(int port, Map<String, String> metadata) {
        return new Instance(registered(port, metadata), 0);
    }

    static Instance busy(Instance instance, int inFlight) {
        for (int i = 0; i < inFlight; i++) {
            instance.begin();
        }
        return instance;
    }
}
