package dev.faultline.gateway.balancing;

import java.util.List;

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

    InstanceMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Calls for one service must not overlap. */
    void replace(String service, List<Instance> before, List<Instance> now) {
        before.stream().filter(instance -> !now.contains(instance)).forEach(gone -> meters(service, gone).forEach(
                registry::remove));
        now.stream().filter(instance -> !before.contains(instance)).forEach(added -> meters(service, added));
    }

    /** Registers them, unless they are. */
    private List<Meter> meters(String service, Instance instance) {
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
