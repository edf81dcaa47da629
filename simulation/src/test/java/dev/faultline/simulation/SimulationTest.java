package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;

import dev.faultline.simulation.Simulation.Outcome;
import dev.faultline.simulation.Simulation.Setting;
import org.junit.jupiter.api.Test;

/**
 * Checks the invariants on as many schedules as a minute allows. {@code simulation.seed} is the first seed and
 * {@code simulation.schedules} the number of schedules; for a single one, the history is printed.
 */
class SimulationTest {
    private static final long SEED = Long.getLong("simulation.seed", 1);
    private static final long SCHEDULES = Long.getLong("simulation.schedules", 100_000);
    /** Enough for full coverage. */
    private static final long MANY = 20_000;

    @Test
    void violatesNoInvariantOnAnySchedule() {
        long begin = System.nanoTime();
        Coverage coverage = Schedules.requireNoViolation(Setting.COMPLETE, SEED, SCHEDULES);
        System.out.printf("%,d schedules from seed %d in %.1f s:%n%s%n", SCHEDULES, SEED,
                (System.nanoTime() - begin) / 1e9, coverage);
        if (SCHEDULES == 1) {
            Simulation.run(SEED, Setting.COMPLETE, true).history().forEach(System.out::println);
        }
        if (SCHEDULES >= MANY) {
            assertThat(coverage.missing()).as("coverage points that were never reached").isEmpty();
        }
    }

    @Test
    void replaysASeedExactly() {
        LongStream.range(SEED, SEED + 200).forEach(seed -> {
            Outcome first = Simulation.run(seed, Setting.COMPLETE, true);
            assertThat(first.history()).hasSizeGreaterThan(10);
            assertThat(Simulation.run(seed, Setting.COMPLETE, true)).isEqualTo(first);
        });
    }

    /** A replay with history must show the schedule that failed without one. */
    @Test
    void playsTheSameScheduleWhetherOrNotItsHistoryIsKept() {
        LongStream.range(SEED, SEED + 200).forEach(seed -> assertThat(
                Simulation.run(seed, Setting.COMPLETE, false).fingerprint())
                .isEqualTo(Simulation.run(seed, Setting.COMPLETE, true).fingerprint()));
    }

    @Test
    void playsAnotherScheduleForEachSeed() {
        assertThat(LongStream.range(SEED, SEED + 200)
                .mapToObj(seed -> Simulation.run(seed, Setting.COMPLETE, false).fingerprint()))
                .doesNotHaveDuplicates();
    }

    /** Without losses, outbox, offsets and retried voids are sufficient. */
    @Test
    void endsEveryOrderWithoutTheSweepWhereNothingIsLost() {
        Schedules.requireNoViolation(Setting.without(Protection.SWEEP).onALosslessNetwork(), SEED,
                Math.min(SCHEDULES, 5_000));
    }
}
