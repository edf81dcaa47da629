package dev.faultline.experiments.balancing;

import java.time.Duration;
import java.util.List;

import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;

/** Seven policies, with instances that are equal, slow, or frozen. */
public final class LoadBalancing implements Experiment {
    private static final int PER_SECOND = 300;
    private static final Duration LENGTH = Duration.ofSeconds(2);

    @Override
    public Description description() {
        return new Description("load-balancing", "Load-balancing policies with a slow and a frozen instance",
                "A policy that looks at the requests in flight gives a slow instance less and a frozen one almost nothing, so that p99 does not become the slow instance's.",
                "Round robin: a slow instance must get its full share and spoil p99, a frozen one must make many requests wait.",
                List.of(new Source("Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 1996",
                        "https://www.eecs.harvard.edu/~michaelm/postscripts/mythesis.pdf"), new Source(
                                "Site Reliability Engineering, Load Balancing in the Datacenter",
                                "https://sre.google/sre-book/load-balancing-datacenter/")),
                List.of("gateway-service/src/main/java/dev/faultline/gateway/balancing/LeastInFlight.java",
                        "gateway-service/src/main/java/dev/faultline/gateway/balancing/Policies.java"),
                List.of("./faultline compare balancing --rate 450 --seconds 5"));
    }

    @Override
    public void run(Lab lab) {
        BalancingResult result = BalancingComparison.run(lab.cluster(), lab.directory(), new BalancingComparison.Plan(
                PER_SECOND, LENGTH), lab.progress());
        lab.picture("99th percentile of each policy, in ms",
                "In grey: round robin, the control. In red: clients saw errors.", BalancingReport.latencies(result));
        lab.picture("Share of the third instance, in percent", "The one that is slow, or frozen.", BalancingReport
                .shares(result));
        result.findings().forEach(finding -> {
            lab.claim(finding.scenario().title() + ": " + finding.held(), finding.isHeld());
            lab.control(finding.scenario().title() + ": " + finding.control(), finding.controlWentWrong());
        });
    }
}
