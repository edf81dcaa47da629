package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;

import dev.faultline.experiments.balancing.BalancingComparison;
import dev.faultline.experiments.balancing.BalancingResult;
import dev.faultline.experiments.balancing.BalancingResult.Run;
import dev.faultline.experiments.balancing.Scenario;
import dev.faultline.local.LocalCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One comparison, through the gateway as a process. */
@Tag("integration")
class BalancingComparisonIT {
    @TempDir static Path directory;
    private static BalancingResult result;

    @BeforeAll
    static void compare() {
        result = BalancingComparison.run(LocalCluster.in(directory.resolve("home")), directory.resolve("compare"),
                new BalancingComparison.Plan(300, Duration.ofSeconds(2)), (_, _) -> {});
    }

    private static Run of(Scenario scenario, String policy) {
        return result.of(scenario).stream().filter(run -> run.policy().equals(policy)).findFirst().orElseThrow();
    }

    private static double third(Scenario scenario, String policy) {
        return of(scenario, policy).shares().get(Scenario.THIRD);
    }

    @Test
    void everyPolicyIsComparedInEveryScenario() {
        assertThat(result.runs()).hasSize(7 * Scenario.values().length).allMatch(run -> run.requests() == 600);
        assertThat(result.findings()).hasSize(Scenario.values().length);
    }

    @Test
    void theControlGivesTheSlowInstanceItsThirdAndLeastInFlightDoesNot() {
        assertThat(third(Scenario.SLOW, "round-robin")).isGreaterThan(third(Scenario.SLOW, "least-in-flight"));
    }

    @Test
    void noPolicyThatLooksAtTheLoadSendsMuchToTheInstanceThatIsPaused() {
        assertThat(third(Scenario.PAUSED, "least-in-flight")).isLessThan(0.1);
        assertThat(of(Scenario.PAUSED, "least-in-flight").errors()).isZero();
    }

    @Test
    void zonesAndWeightsCount() {
        assertThat(of(Scenario.EQUAL, "zone-preference").shares().get(1)).isZero();
        assertThat(third(Scenario.EQUAL, "weighted")).isBetween(0.48, 0.52);
    }

    @Test
    void leavesNoProcessAndNoDataBehind() {
        assertThat(directory.resolve("compare")).isEmptyDirectory();
    }
}
