package dev.faultline.simulation;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The fault rates of a schedule. Each kind of fault is absent from many schedules and frequent in some, because some bugs
 * only show without the other faults.
 *
 * @param horizonMs when faults end
 * @param crash     the probability at each boundary, like the other rates
 * @param slotLoss  the probability that a starting relay finds its slot lost, with all unread messages
 * @param outageMs  how long one topic is unreachable
 * @see <a href="https://doi.org/10.1145/2338965.2336763">Groce et al.: Swarm Testing, 2012</a>
 */
record Faults(long horizonMs, double crash, double pause, double delay, double loss, double duplication,
        double reordering, double slotLoss, long outageMs, double acquirer, double acquirerCrash) {

    static Faults draw(SplittableRandom random) {
        return new Faults(random.nextLong(5_000, 200_000), often(random, 0.04), often(random, 0.03),
                random.nextDouble(0.1, 0.6), often(random, 0.2), often(random, 0.2), often(random, 0.3),
                often(random, 0.2), random.nextInt(4) > 0 ? 0 : random.nextLong(160_000), often(random, 0.7), often(
                        random, 0.05));
    }

    private static double often(SplittableRandom random, double max) {
        return random.nextInt(5) < 2 ? 0 : random.nextDouble(max);
    }

    /** The same faults without lost messages and slots. */
    Faults withoutLoss() {
        return new Faults(horizonMs, crash, pause, delay, 0, duplication, reordering, 0, outageMs, acquirer,
                acquirerCrash);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT,
                "faults until %.3f s: crash %.3f, pause %.3f, delay %.3f, loss %.3f, duplication %.3f, reordering %.3f,"
                        + " slot loss %.3f, outage %.3f s, acquirer %.3f, acquirer's crash %.3f",
                horizonMs / 1000.0, crash, pause, delay, loss, duplication, reordering, slotLoss, outageMs / 1000.0,
                acquirer, acquirerCrash);
    }
}
