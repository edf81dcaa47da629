package dev.faultline.experiments.balancing;

import java.util.List;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.balancing.BalancingResult.Run;

/**
 * What a scenario came to.
 *
 * @param control what went wrong under the policy that must go wrong, or did not
 * @param held    what must hold under the others, or did not
 */
public record Finding(Scenario scenario, boolean isHeld, boolean controlWentWrong, String control, String held) {
    private static final String ROUND_ROBIN = "round-robin";
    private static final String LEAST_IN_FLIGHT = "least-in-flight";
    /** By how many times the control's 99th percentile has to be the longer one. */
    private static final int WORSE = 2;
    private static final double THIRD = 1.0 / Scenario.INSTANCES;
    private static final double TOLERANCE = 0.02;
    private static final double UNEVEN = 0.4;
    private static final double FEW = 0.2;

    /** @throws java.util.NoSuchElementException without a run of each policy that it needs */
    static Finding of(Scenario scenario, List<Run> runs) {
        return switch (scenario) {
            case EQUAL -> equal(run(runs, ROUND_ROBIN), run(runs, "weighted"), errors(runs));
            case SLOW -> slow(run(runs, ROUND_ROBIN), run(runs, LEAST_IN_FLIGHT));
            case PAUSED -> paused(run(runs, ROUND_ROBIN), run(runs, LEAST_IN_FLIGHT));
        };
    }

    /** Weights are the control: had they no effect on the shares, even shares would show nothing. */
    private static Finding equal(Run roundRobin, Run weighted, int errors) {
        boolean isEven = roundRobin.shares().stream().allMatch(share -> Math.abs(share - THIRD) <= TOLERANCE);
        return new Finding(Scenario.EQUAL, isEven && errors == 0, weighted.third() >= UNEVEN,
                "with weights 1, 1 and 2 the shares are %s %%".formatted(weighted.sharesText()),
                "round robin gives %s %%, and there are %d errors under all policies".formatted(roundRobin.sharesText(),
                        errors));
    }

    private static Finding slow(Run roundRobin, Run leastInFlight) {
        boolean isWorse = roundRobin.latency().p99() >= WORSE * leastInFlight.latency().p99();
        boolean gotFew = leastInFlight.third() < FEW && leastInFlight.errors() == 0;
        return new Finding(Scenario.SLOW, gotFew, isWorse,
                "round robin gives the slow one %.0f %%, and its p99 is %s ms".formatted(roundRobin.third() * 100,
                        Spread.text(roundRobin.latency().p99())),
                "least in flight gives it %.0f %%, with a p99 of %s ms and %d errors".formatted(leastInFlight.third()
                        * 100, Spread.text(leastInFlight.latency().p99()), leastInFlight.errors()));
    }

    private static Finding paused(Run roundRobin, Run leastInFlight) {
        boolean isWorse = roundRobin.waited() > WORSE * leastInFlight.waited();
        boolean gotFew = leastInFlight.third() < FEW && leastInFlight.errors() == 0;
        return new Finding(Scenario.PAUSED, gotFew, isWorse,
                "under round robin %d of %d requests wait for more than a second".formatted(roundRobin.waited(),
                        roundRobin.requests()),
                "under least in flight %d do, and %d have an error".formatted(leastInFlight.waited(), leastInFlight
                        .errors()));
    }

    private static Run run(List<Run> runs, String policy) {
        return runs.stream().filter(run -> run.policy().equals(policy)).findFirst().orElseThrow();
    }

    private static int errors(List<Run> runs) {
        return runs.stream().mapToInt(Run::errors).sum();
    }

    public Verdict verdict() {
        return Verdict.of(!isHeld, controlWentWrong);
    }

    /** In one line. */
    public String sentence() {
        String what = "%s: %s; %s".formatted(scenario.title(), control, held);
        return switch (verdict()) {
            case HELD -> what;
            case VIOLATED -> "Violated, " + what;
            case SAYS_NOTHING -> "Says nothing, " + what;
        };
    }
}
