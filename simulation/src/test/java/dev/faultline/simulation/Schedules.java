package dev.faultline.simulation;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;

import dev.faultline.simulation.Simulation.Outcome;
import dev.faultline.simulation.Simulation.Setting;

/** Many schedules, on all cores, by growing seed. Each is one thread's alone. */
final class Schedules {
    private Schedules() {}

    /**
     * How often what has happened, if no promise was broken.
     *
     * @throws AssertionError with the seed, the broken promise and the history, if one was
     */
    static Coverage keepAllPromises(Setting setting, long base, long count) {
        var total = new Coverage();
        Optional<Outcome> failed = LongStream.range(base, base + count).parallel().mapToObj(seed -> {
            Outcome outcome = Simulation.run(seed, setting, false);
            synchronized (total) {
                total.add(outcome.coverage());
            }
            return outcome;
        }).filter(outcome -> outcome.broken() != null).findFirst();
        if (failed.isPresent()) {
            throw new AssertionError(explain(setting, failed.get().seed()));
        }
        return total;
    }

    /** Where this promise is broken first; empty if on none of the schedules. */
    static Optional<BrokenPromise> firstToBreak(String promise, Setting setting, long base, long count) {
        return LongStream.range(base, base + count).parallel()
                .mapToObj(seed -> Simulation.run(seed, setting, false).broken()).filter(Objects::nonNull)
                .filter(broken -> broken.promise().equals(promise)).findFirst();
    }

    private static String explain(Setting setting, long seed) {
        Outcome replayed = Simulation.run(seed, setting, true);
        String history = String.join("\n", replayed.history());
        return setting.equals(Setting.COMPLETE) ? """
                seed %d breaks a promise: %s

                %s

                Replay: mvn -pl simulation -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false \
                -Dsimulation.seed=%d -Dsimulation.schedules=1""".formatted(seed, replayed.broken(), history, seed) : """
                seed %d breaks a promise in %s: %s

                %s""".formatted(seed, setting, replayed.broken(), history);
    }
}
