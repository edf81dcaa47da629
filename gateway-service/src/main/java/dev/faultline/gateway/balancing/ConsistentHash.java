package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Requests with the same key go to the same instance, so that what it remembers of a customer is of use. An instance that
 * goes takes only its own keys with it, and one that comes gets its share from all the others.
 *
 * <p>
 * Each instance has a score for each key, and the highest wins (rendezvous hashing): no ring, nothing to rebuild. An
 * instance whose requests in flight exceed the average by a quarter is passed over (bounded loads), so that one busy
 * customer does not overload it.
 *
 * @see <a href="https://www.eecs.umich.edu/techreports/cse/96/CSE-TR-316-96.pdf">Thaler, Ravishankar: A Name-Based Mapping
 *      Scheme for Rendezvous</a>
 * @see <a href="https://arxiv.org/abs/1608.01350">Mirrokni, Thorup, Zadimoghaddam: Consistent Hashing with Bounded Loads</a>
 */
final class ConsistentHash implements Policy {
    /** So few in flight are no load, and their average says nothing. */
    static final int ALWAYS_ALLOWED = 4;

    @Override
    public Instance choose(List<Instance> eligible, Supplier<String> key) {
        int bound = bound(eligible);
        long hash = mix(key.get().hashCode());
        Instance best = best(eligible, hash, bound);
        return best == null ? eligible.getFirst() : best;
    }

    /** Null if every instance has reached the bound, which none has when it is computed. */
    private static @Nullable Instance best(List<Instance> eligible, long hash, int bound) {
        Instance best = null;
        long highest = Long.MIN_VALUE;
        for (Instance instance : eligible) {
            long score = mix(hash ^ instance.hash());
            if (instance.inFlight() < bound && score >= highest) {
                best = instance;
                highest = score;
            }
        }
        return best;
    }

    /** How many requests an instance has in flight at most: five quarters of the average, with the one that is to be sent. */
    private static int bound(List<Instance> eligible) {
        int total = 1;
        for (Instance instance : eligible) {
            total += instance.inFlight();
        }
        return Math.max(ALWAYS_ALLOWED, Math.ceilDiv(total * 5, eligible.size() * 4));
    }

    /**
     * Each bit of the result depends on each of the argument.
     *
     * @see <a href="https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp">fmix64 of MurmurHash3</a>
     */
    static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
