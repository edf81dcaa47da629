package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Shares as the instances' weights, and evenly mixed: of any sequence of requests each instance gets its share to within a
 * few. Each turn points at a place on a line on which an instance is as long as its weight; multiples of the golden ratio,
 * of which only the fraction is used, are spread over such a line more evenly than random numbers, and need no state but
 * a counter.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Low-discrepancy_sequence#Additive_recurrence">Additive recurrence</a>
 */
final class Weighted implements Policy {
    /** The fraction of the golden ratio, in units of 2^-64. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final AtomicLong turn = new AtomicLong();

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        int[] weights = new int[eligible.size()];
        long total = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = eligible.get(i).metadata().weight();
            total += weights[i];
        }
        long place = Math.unsignedMultiplyHigh(turn.getAndIncrement() * GOLDEN, total);
        int chosen = 0;
        while (place >= weights[chosen]) {
            place -= weights[chosen++];
        }
        return eligible.get(chosen);
    }
}
