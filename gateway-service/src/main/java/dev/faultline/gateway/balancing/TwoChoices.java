package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * Of two instances at random, that with fewer requests in flight: nearly as even as asking all of them, at a cost that does
 * not grow with their number, and gateways that do not know of each other do not all choose the same one.
 *
 * @see <a href="https://www.eecs.harvard.edu/~michaelm/postscripts/mythesis.pdf">Mitzenmacher: The Power of Two Choices in
 *      Randomized Load Balancing</a>
 */
final class TwoChoices implements Policy {
    private final IntUnaryOperator random;

    /** @param random a number from 0 up to, and without, its argument */
    TwoChoices(IntUnaryOperator random) {
        this.random = random;
    }

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        int size = eligible.size();
        int first = random.applyAsInt(size);
        if (size == 1) {
            return eligible.get(first);
        }
        Instance one = eligible.get(first);
        Instance other = eligible.get((first + 1 + random.applyAsInt(size - 1)) % size);
        return other.inFlight() < one.inFlight() ? other : one;
    }
}
