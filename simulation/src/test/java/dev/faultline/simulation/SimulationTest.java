package dev.faultline.simulation;

import dev.faultline.simulation.Simulation.Setting;
import org.junit.jupiter.api.Test;

/** The promises, on as many schedules as a minute allows. */
class SimulationTest {
    private static final long BASE = Long.getLong("simulation.seed", 1);
    private static final long SCHEDULES = Long.getLong("simulation.schedules", 100_000);

    @Test
    void keepsEveryPromiseOnEverySchedule() {
        long start = System.nanoTime();
        Coverage coverage = Schedules.keepTheirPromises(Setting.COMPLETE, BASE, SCHEDULES);
        System.out.printf("%,d schedules from seed %d in %.1f s%n%s%n", SCHEDULES, BASE,
                (System.nanoTime() - start) / 1e9, coverage);
    }
}
