package dev.faultline.experiments.transactions;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The orders of a run. The same seed gives the same orders, by both protocols.
 *
 * @param hotPercent     how many of a hundred orders want the hot product
 * @param soldOutPercent how many of a hundred orders want a second product that is sold out
 */
record Workload(long seed, Products products, int hotPercent, int soldOutPercent) {

    /** The order of this number. */
    Reservation order(long number) {
        var random = new SplittableRandom(seed * 1_000_003 + number);
        String first = random.nextInt(100) < hotPercent ? products.hot() : one(products.firsts(), random);
        String second = random.nextInt(100) < soldOutPercent ? products.soldOut() : one(products.seconds(), random);
        return new Reservation("ORDER-%06d".formatted(number), first, second);
    }

    /** An order for the product of which there is one unit, and for another second product each. */
    Reservation orderForTheSingle(long number) {
        return new Reservation("SAME-%03d".formatted(number), products.single(), one(products.seconds(),
                new SplittableRandom(seed * 1_000_033 + number)));
    }

    private static String one(List<String> skus, RandomGenerator random) {
        return skus.get(random.nextInt(skus.size()));
    }
}
