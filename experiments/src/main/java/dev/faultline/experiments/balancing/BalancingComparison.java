package dev.faultline.experiments.balancing;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import dev.faultline.experiments.Spread;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.TemporaryGateway;

/** Sends the same requests through the real gateway under each of its policies, to instances of which one may be different. */
public final class BalancingComparison {
    private static final String ROUTE = "stock";
    private static final int WARM_UP = 4_000;
    /** The requests that fill what a retry took from the gateway's budget, which has room for a hundred. */
    private static final int REQUESTS_A_RETRY = 10;
    private static final int SETTLING = 1_000;
    private static final Duration TIME_TO_PUSH = Duration.ofMillis(200);
    private static final Duration AT_MOST = Duration.ofSeconds(10);
    /** All requests come from one address, without a token, and must not meet its limit. */
    private static final Map<String, String> ENVIRONMENT = Map.of("SPRING_CLOUD_LOADBALANCER_ZONE", Scenario.ZONES
            .getFirst(), "FAULTLINE_LIMITS_ADDRESS_RATE", "1000000", "FAULTLINE_LIMITS_ADDRESS_BURST", "1000000");

    private final Operator operator;
    private final Requests requests;
    private final Plan plan;
    private final Progress progress;
    private int fleets;
    private int retries;

    private BalancingComparison(TemporaryGateway gateway, Plan plan, Progress progress) {
        this.operator = new Operator(gateway);
        this.requests = new Requests(gateway.url());
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * What to run.
     *
     * @param perSecond requests
     * @param length    of each run
     */
    public record Plan(int perSecond, Duration length) {}

    /**
     * Starts a gateway with what it needs, and deletes all of it afterwards.
     *
     * @param builds    the cluster whose builds of the services are used; it need not run
     * @param directory of the processes' data, in a directory of its own
     * @throws FaultlineException if a process does not start, or the gateway does not answer
     */
    public static BalancingResult run(LocalCluster builds, Path directory, Plan plan, Progress progress) {
        return TemporaryGateway.run(builds, directory, ENVIRONMENT, progress,
                gateway -> new BalancingComparison(gateway, plan, progress).run());
    }

    private BalancingResult run() {
        String began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        List<String> policies = operator.policies();
        var runs = new ArrayList<BalancingResult.Run>();
        progress.report("warm-up", WARM_UP + " requests");
        try (Fleet fleet = fleet(Scenario.EQUAL)) {
            fleet.answerAtOnce();
            requests.settle(WARM_UP);
        }
        for (Scenario scenario : Scenario.values()) {
            for (String policy : policies) {
                BalancingResult.Run run = run(scenario, policy);
                runs.add(run);
                progress.report(scenario.shortTitle(), "%s: shares %s %%, p99 %s ms%s"
                        .formatted(policy, run.sharesText(), Spread.text(run.latency().p99()), run.errors() == 0 ? ""
                                : ", " + run.errors() + " errors"));
            }
        }
        return new BalancingResult(began, Runtime.getRuntime().availableProcessors(), plan.perSecond, (int) plan.length
                .toSeconds(), runs);
    }

    private BalancingResult.Run run(Scenario scenario, String policy) {
        operator.choose(ROUTE, policy);
        try (Fleet fleet = fleet(scenario)) {
            fleet.answerAtOnce();
            requests.settle(Math.min(SETTLING, retries * REQUESTS_A_RETRY));
            fleet.behave(scenario);
            Requests.Seen seen = requests.send(plan.perSecond, plan.length);
            retries = seen.waited();
            return new BalancingResult.Run(scenario, policy, fleet.shares(), Spread.of(seen.latency()), seen.count(),
                    seen.errors(), seen.waited());
        }
    }

    /**
     * Three new instances that the gateway has found all at once. Had it found one before the others, it would start the
     * others slowly: then there are another three.
     */
    private Fleet fleet(Scenario scenario) {
        for (int attempt = 1;; attempt++) {
            var fleet = new Fleet(operator, scenario, "run-" + ++fleets);
            try {
                // The gateway looks at its list when it is asked, so not before Consul has told it of all three.
                Polling.sleep(TIME_TO_PUSH);
                if (operator.isReady(Fleet.SERVICE, fleet.ids())) {
                    return fleet;
                }
            } catch (FaultlineException e) {
                fleet.close();
                throw e;
            }
            fleet.close();
            if (attempt == AT_MOST.dividedBy(TIME_TO_PUSH)) {
                throw new FaultlineException("The gateway does not find the instances that are registered in Consul.");
            }
        }
    }
}
