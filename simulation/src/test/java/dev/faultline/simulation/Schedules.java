package dev.faultline.simulation;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;

import dev.faultline.simulation.Simulation.Outcome;
import dev.faultline.simulation.Simulation.Setting;

/** Runs many schedules in parallel, one thread each, by ascending seed. */
final class Schedules {
    private Schedules() {}

    /**
     * Returns the coverage of all schedules.
     *
     * @throws AssertionError with the seed, the violation and the history, if an invariant was violated
     */
    static Coverage requireNoViolation(Setting setting, long base, long count) {
        var total = new Coverage();
        Optional<Outcome> failed = LongStream.range(base, base + count).parallel().mapToObj(seed -> {
            Outcome outcome = Simulation.run(seed, setting, false);
            synchronized (total) {
                total.add(outcome.coverage());
            }
            return outcome;
        }).filter(outcome -> outcome.violation() != null).findFirst();
        if (failed.isPresent()) {
            throw new AssertionError(explain(setting, failed.get().seed()));
        }
        return total;
    }

    /** Returns the first violation of an invariant; empty if there is none on these schedules. */
    static Optional<Violation> firstViolation(String invariant, Setting setting, long base, long count) {
        return LongStream.range(base, base + count).parallel()
                .mapToObj(seed -> Simulation.run(seed, setting, false).violation()).filter(Objects::nonNull)
                .filter(violation -> violation.invariant().equals(invariant)).findFirst();
    }

    private static String explain(Setting setting, long seed) {
        Outcome replayed = Simulation.run(seed, setting, true);
        String history = String.join("\n", replayed.history());
        return setting.equals(Setting.COMPLETE) ? """
                seed %d violates an invariant: %s

                %s

                Replay: mvn -pl simulation -am test -Dtest=SimulationTest -Dsimulation.seed=%d \
                -Dsimulation.schedules=1""".formatted(seed, replayed.violation(), history, seed) : """
                seed %d violates an invariant in %s: %s

                %s""".formatted(seed, setting, replayed.violation(), history);
    }
}
