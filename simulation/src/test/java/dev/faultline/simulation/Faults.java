package dev.faultline.simulation;

import java.util.SplittableRandom;

/**
 * How badly one schedule goes. Each kind of fault is absent from many schedules and frequent in some, for what is always
 * a little wrong hides what only goes wrong alone.
 *
 * @param horizonMs when faults end
 * @param crash the chance at each boundary, like the others
 * @param slotLoss the chance that a relay that starts finds its slot gone, and what it had not read with it
 * @see <a href="https://doi.org/10.1145/2338965.2336763">Groce et al.: Swarm Testing, 2012</a>
 */
record Faults(long horizonMs, double crash, double pause, double delay, double loss, double duplication,
        double reordering, double slotLoss, double acquirer, double acquirerCrash) {

    static Faults draw(SplittableRandom random) {
        return new Faults(random.nextLong(5_000, 200_000), often(random, 0.04), often(random, 0.03),
                random.nextDouble(0.1, 0.6), often(random, 0.2), often(random, 0.2), often(random, 0.3),
                often(random, 0.2), often(random, 0.7), often(random, 0.05));
    }

    private static double often(SplittableRandom random, double most) {
        return random.nextInt(5) < 2 ? 0 : random.nextDouble(most);
    }

    /** The same, on a network and with slots that lose nothing. */
    Faults withoutLoss() {
        return new Faults(horizonMs, crash, pause, delay, 0, duplication, reordering, 0, acquirer, acquirerCrash);
    }
}
