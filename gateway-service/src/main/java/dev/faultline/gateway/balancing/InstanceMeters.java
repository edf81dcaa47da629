package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.springframework.stereotype.Component;

/** Meters of each known instance, by service and instance; those of an instance that has gone are removed. */
@Component
class InstanceMeters {
    private static final String PREFIX = "faultline.gateway.";

    private final MeterRegistry registry;
    private final Map<Instance, List<Meter>> registered = new ConcurrentHashMap<>();

    InstanceMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Calls for one service must not overlap. */
    void replace(String service, List<Instance> before, List<Instance> now) {
        before.stream().filter(instance -> !now.contains(instance)).forEach(this::remove);
        now.stream().filter(instance -> !before.contains(instance)).forEach(added -> registered.put(added, register(
                service, added)));
    }

    private void remove(Instance gone) {
        List<Meter> meters = registered.remove(gone);
        if (meters != null) {
            meters.forEach(registry::remove);
        }
    }

    private List<Meter> register(String service, Instance instance) {
        var tags = Tags.of("service", service, "instance", instance.id());
        return List.of(
                FunctionCounter.builder(PREFIX + "attempts", instance, Instance::attempts).tags(tags).description(
                        "Requests sent to the instance, retries included").register(registry),
                FunctionCounter.builder(PREFIX + "failures", instance, Instance::failures).tags(tags).description(
                        "Of these, how many had no answer or an error").register(registry),
                FunctionCounter.builder(PREFIX + "ejections", instance, one -> one.ejection().count()).tags(tags)
                        .description("How often the instance was taken out of rotation").register(registry),
                Gauge.builder(PREFIX + "in.flight", instance, Instance::inFlight).tags(tags).description(
                        "Requests to the instance without an answer yet").register(registry));
    }
}
