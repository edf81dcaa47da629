package dev.faultline.gateway.balancing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * A new or returning instance gets a part of its share, which grows from a tenth to the whole: a JVM that has just started
 * answers slowly, and one that was ejected may still be ill. It takes part in as many choices, at random, so that every
 * policy has slow start.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start">Envoy:
 *      slow start</a>
 */
final class SlowStart {
    private static final double AT_LEAST = 0.1;

    private final long window;
    private final DoubleSupplier random;

    /** @param random from 0 to 1 */
    SlowStart(Duration window, DoubleSupplier random) {
        this.window = window.toNanos();
        this.random = random;
    }

    /** Its part of its share, from 0.1 to 1. */
    double warmth(Instance instance, long now) {
        long inRotation = instance.inRotation(now);
        return inRotation >= window ? 1 : Math.max(AT_LEAST, (double) inRotation / window);
    }

    /** Those that take part in the next choice; all if it would be none, or if none gets its whole share yet. */
    List<Instance> participants(List<Instance> eligible, long now) {
        var participants = new ArrayList<Instance>(eligible.size());
        boolean isOneWarm = false;
        for (Instance instance : eligible) {
            double warmth = warmth(instance, now);
            isOneWarm |= warmth >= 1;
            if (warmth >= 1 || random.getAsDouble() < warmth) {
                participants.add(instance);
            }
        }
        return isOneWarm ? participants : eligible;
    }
}
