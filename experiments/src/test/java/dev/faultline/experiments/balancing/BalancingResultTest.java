package dev.faultline.experiments.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BalancingResultTest {
    private static final List<BalancingResult.Run> EQUAL = List.of(
            run(Scenario.EQUAL, "round-robin", 0.33, 20, 0, 0), run(Scenario.EQUAL, "weighted", 0.5, 20, 0, 0));
    private static final List<BalancingResult.Run> SLOW = List.of(
            run(Scenario.SLOW, "round-robin", 0.33, 2000, 0, 100), run(Scenario.SLOW, "least-in-flight", 0.07, 110, 0,
                    0));
    private static final List<BalancingResult.Run> PAUSED = List.of(
            run(Scenario.PAUSED, "round-robin", 0.3, 2500, 9, 150), run(Scenario.PAUSED, "least-in-flight", 0.02, 30, 0,
                    3));

    private static final List<BalancingResult.Run> ALL = Stream.of(EQUAL, SLOW, PAUSED).flatMap(List::stream).toList();

    private static BalancingResult.Run run(Scenario scenario, String policy, double third, double p99, int errors,
            int waited) {
        return new BalancingResult.Run(scenario, policy, List.of((1 - third) / 2, (1 - third) / 2, third), new Spread(
                600, 11, p99, p99), 600, errors, waited);
    }

    private static BalancingResult result(List<BalancingResult.Run> runs) {
        return new BalancingResult("2026-01-01T00:00:00Z", 2, 300, 2, runs);
    }

    private static Verdict verdict(BalancingResult.Run first, BalancingResult.Run second) {
        return result(List.of(first, second)).verdict();
    }

    @Test
    void holdsIfOnlyRoundRobinSuffersFromADifferentInstance() {
        assertThat(result(ALL).verdict()).isEqualTo(Verdict.HELD);
        assertThat(result(ALL).findings()).extracting(Finding::verdict).containsOnly(Verdict.HELD);
    }

    @Test
    void saysNothingIfTheSlowInstanceDoesNotMakeRoundRobinWorse() {
        assertThat(verdict(run(Scenario.SLOW, "round-robin", 0.33, 150, 0, 0), SLOW.getLast())).isEqualTo(
                Verdict.SAYS_NOTHING);
    }

    @Test
    void saysNothingIfNobodyWaitsForThePausedInstanceUnderRoundRobin() {
        assertThat(verdict(run(Scenario.PAUSED, "round-robin", 0.3, 20, 0, 6), PAUSED.getLast())).isEqualTo(
                Verdict.SAYS_NOTHING);
    }

    @Test
    void saysNothingIfWeightsHaveNoEffectOnEqualInstances() {
        assertThat(verdict(EQUAL.getFirst(), run(Scenario.EQUAL, "weighted", 0.33, 20, 0, 0))).isEqualTo(
                Verdict.SAYS_NOTHING);
    }

    @Test
    void isViolatedByUnevenTurnsAndByErrors() {
        assertThat(verdict(run(Scenario.EQUAL, "round-robin", 0.4, 20, 0, 0), EQUAL.getLast())).isEqualTo(
                Verdict.VIOLATED);
        assertThat(verdict(EQUAL.getFirst(), run(Scenario.EQUAL, "weighted", 0.5, 20, 1, 0))).isEqualTo(
                Verdict.VIOLATED);
        assertThat(verdict(SLOW.getFirst(), run(Scenario.SLOW, "least-in-flight", 0.3, 110, 0, 0))).isEqualTo(
                Verdict.VIOLATED);
        assertThat(verdict(PAUSED.getFirst(), run(Scenario.PAUSED, "least-in-flight", 0.02, 30, 1, 3))).isEqualTo(
                Verdict.VIOLATED);
    }

    @Test
    void writesAPage(@TempDir Path directory) throws Exception {
        Path page = BalancingReport.write(result(ALL), directory, "result");
        assertThat(Files.readString(page)).contains("class=\"good\"", "the slow one 33 %", "9 errors");
        assertThat(directory.resolve("result.json")).content().contains("\"least-in-flight\"", "\"HELD\"");
    }
}
