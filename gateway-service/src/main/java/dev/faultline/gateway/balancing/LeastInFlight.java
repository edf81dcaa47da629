package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The instance with the fewest requests in flight, in turn if there are several. One that is frozen holds few requests, and a
 * slow one gets fewer, before any health check notices.
 *
 * @see <a href="https://sre.google/sre-book/load-balancing-datacenter/">Site Reliability Engineering, Load Balancing in
 *      the Datacenter, on least-loaded policies and their sinkholes</a>
 */
final class LeastInFlight implements Policy {
    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        int first = Math.floorMod(turn.getAndIncrement(), eligible.size());
        Instance best = eligible.get(first);
        int fewest = best.inFlight();
        for (int i = 1; i < eligible.size() && fewest > 0; i++) {
            Instance other = eligible.get((first + i) % eligible.size());
            int inFlight = other.inFlight();
            if (inFlight < fewest) {
                best = other;
                fewest = inFlight;
            }
        }
        return best;
    }
}
