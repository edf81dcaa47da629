package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/** Any instance: equal shares in the long run, and many gateways need not agree. */
final class RandomChoice implements Policy {
    private final IntUnaryOperator random;

    /** @param random a number from 0 up to, and without, its argument */
    RandomChoice(IntUnaryOperator random) {
        this.random = random;
    }

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        return eligible.get(random.applyAsInt(eligible.size()));
    }
}
