package dev.faultline.simulation;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;

import dev.faultline.simulation.Simulation.Outcome;
import dev.faultline.simulation.Simulation.Setting;

/** Many schedules, on all cores. Each is one thread's alone. */
final class Schedules {
    private Schedules() {}

    /** @throws AssertionError with the seed, the broken promise and the history, if one is broken */
    static Coverage keepTheirPromises(Setting setting, long base, long count) {
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

    /** The first promise that is broken on one of the schedules, in the order of seeds. */
    static Optional<BrokenPromise> firstBroken(Setting setting, long base, long count) {
        return LongStream.range(base, base + count).parallel()
                .mapToObj(seed -> Simulation.run(seed, setting, false).broken()).filter(Objects::nonNull).findFirst();
    }

    private static String explain(Setting setting, long seed) {
        Outcome replayed = Simulation.run(seed, setting, true);
        return """
                seed %d breaks a promise: %s

                %s

                Replay: mvn -pl simulation -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false \
                -Dsimulation.seed=%d -Dsimulation.schedules=1""".formatted(seed, replayed.broken(),
                String.join("\n", replayed.history()), seed);
    }
}
