package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.function.Supplier;

/**
 * An instance in the gateway's own zone, that with the fewest requests in flight; one of another zone only if none of the own
 * is eligible. Without a zone of its own, the gateway prefers nothing.
 */
final class ZonePreference implements Policy {
    private final String zone;
    private final Policy within = new LeastInFlight();

    /** @param zone of this gateway; empty if it has none */
    ZonePreference(String zone) {
        this.zone = zone;
    }

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        List<Instance> near = eligible.stream().filter(instance -> instance.isIn(zone)).toList();
        return within.choose(near.isEmpty() ? eligible : near, key);
    }
}
