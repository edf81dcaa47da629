package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** One instance after the other: equal shares, whatever an instance makes of its share. */
final class RoundRobin implements Policy {
    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        return eligible.get(Math.floorMod(turn.getAndIncrement(), eligible.size()));
    }
}
