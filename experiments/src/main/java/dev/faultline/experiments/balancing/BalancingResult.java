package dev.faultline.experiments.balancing;

import java.util.List;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;

/**
 * What {@code ./faultline compare balancing} found.
 *
 * @param began     in ISO 8601
 * @param perSecond requests
 * @param seconds   of each run
 */
public record BalancingResult(String began, int processors, int perSecond, int seconds, List<Run> runs) {
    public BalancingResult {
        runs = List.copyOf(runs);
    }

    /**
     * A policy in a scenario.
     *
     * @param shares  the part of each instance, of the requests that arrived, retries too
     * @param latency of a request, errors too
     * @param errors  requests without an answer of an instance
     * @param waited  requests that took more than a second
     */
    public record Run(Scenario scenario, String policy, List<Double> shares, Spread latency, int requests, int errors,
            int waited) {
        public Run {
            shares = List.copyOf(shares);
        }

        /** The part of the instance that may be different. */
        double third() {
            return shares.get(Scenario.THIRD);
        }

        /** In percent. */
        public String sharesText() {
            return shares.stream().map(share -> "%.0f".formatted(share * 100)).collect(Collectors.joining("/"));
        }
    }

    public List<Run> of(Scenario scenario) {
        return runs.stream().filter(run -> run.scenario == scenario).toList();
    }

    @JsonProperty
    public List<Finding> findings() {
        return runs.stream().map(Run::scenario).distinct().map(scenario -> Finding.of(scenario, of(scenario))).toList();
    }

    @JsonProperty
    public Verdict verdict() {
        List<Verdict> verdicts = findings().stream().map(Finding::verdict).toList();
        return Verdict.of(verdicts.contains(Verdict.VIOLATED), !verdicts.isEmpty() && !verdicts.contains(
                Verdict.SAYS_NOTHING));
    }
}
