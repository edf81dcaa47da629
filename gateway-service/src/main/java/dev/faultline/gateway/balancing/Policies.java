package dev.faultline.gateway.balancing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The policies by name. Names are those of Spring Cloud LoadBalancer, where it has the policy. */
@Component
class Policies {
    private final Map<String, Supplier<Policy>> known = new LinkedHashMap<>();

    /** @param zone of this gateway, by the property of Spring Cloud LoadBalancer */
    Policies(@Value("${spring.cloud.loadbalancer.zone:}") String zone) {
        known.put("round-robin", RoundRobin::new);
        known.put("random", () -> new RandomChoice(Policies::random));
        known.put("weighted", Weighted::new);
        known.put("least-in-flight", LeastInFlight::new);
        known.put("two-choices", () -> new TwoChoices(Policies::random));
        known.put("zone-preference", () -> new ZonePreference(zone));
        known.put("consistent-hash", ConsistentHash::new);
    }

    private static int random(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    List<String> names() {
        return List.copyOf(known.keySet());
    }

    /**
     * A new policy, whose turn begins.
     *
     * @throws IllegalArgumentException if there is none of this name; the message lists those that there are
     */
    Policy named(String name) {
        Supplier<Policy> policy = known.get(name);
        if (policy == null) {
            throw new IllegalArgumentException("there is no policy \"" + name + "\"; there are "
                    + String.join(", ", known.keySet()));
        }
        return policy.get();
    }
}
