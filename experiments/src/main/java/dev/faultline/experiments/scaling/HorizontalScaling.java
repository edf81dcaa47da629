package dev.faultline.experiments.scaling;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.BarChart.Bar;
import dev.faultline.experiments.BarChart.Group;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Nodes;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.scaling.OrderBursts.Burst;
import dev.faultline.local.ClusterNodes;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.fault.AcquirerFault;

/** One instance of payment-service and two, where each has calls of its own to spend, and where all share them. */
public final class HorizontalScaling implements Experiment {
    private static final AcquirerFault SLOW = new AcquirerFault("acquirer-slow",
            "{\"slowShare\": 1, \"slowFor\": \"PT0.2S\"}");
    private static final int CALLS_PER_SECOND = 5;
    private static final int CALLS = 4;
    private static final String FIRST = "payment-service-1";
    private static final String SECOND = "payment-service-2";
    private static final List<String> BOTH = List.of(FIRST, SECOND);
    private static final int ORDERS = 150;
    private static final int WARM_UP = 16;
    private static final int STOCK = 100_000;
    private static final Duration TAKES_PART = Duration.ofSeconds(60);
    private static final double SCALES = 1.4;
    private static final double DOES_NOT_SCALE = 1.2;
    /** Batches are half as large, and the instances have just started. */
    private static final double SAME_COST = 2;
    /** The breaker and the wait for a place have experiments of their own, and are out of the way here. */
    private static final Map<String, String> LIMITED = Map.of(
            "RESILIENCE4J_BULKHEAD_INSTANCES_ACQUIRER_MAXCONCURRENTCALLS", Integer.toString(CALLS),
            "RESILIENCE4J_BULKHEAD_INSTANCES_ACQUIRER_MAXWAITDURATION", "30s",
            "RESILIENCE4J_TIMELIMITER_INSTANCES_ACQUIRER_TIMEOUTDURATION", "10s",
            "RESILIENCE4J_CIRCUITBREAKER_INSTANCES_ACQUIRER_MINIMUMNUMBEROFCALLS", "100000");
    /** As many threads as one instance makes calls, each of which waits in one of them. */
    private static final Map<String, String> SHARED = Map.of("SPRING_THREADS_VIRTUAL_ENABLED", "false",
            "SERVER_TOMCAT_THREADS_MAX", Integer.toString(CALLS), "SERVER_TOMCAT_THREADS_MINSPARE", Integer.toString(
                    CALLS));

    @Override
    public Description description() {
        return new Description("horizontal-scaling", "Scalability: a second instance, and when it gives nothing",
                "An instance of payment-service makes %d calls at a time to an acquirer that takes 0.2 seconds for each: %d a second. A second instance brings %d calls of its own, so both together confirm at least %.1f times as many orders a second, and an order costs less than twice the CPU time."
                        .formatted(CALLS, CALLS * CALLS_PER_SECOND, CALLS, SCALES),
                "The same instances with an acquirer that works on %d calls at a time, whoever makes them: the second instance must give nothing, because it brings more of what there was enough of."
                        .formatted(CALLS),
                List.of(new Source("Amdahl, Validity of the single processor approach, 1967",
                        "https://doi.org/10.1145/1465482.1465560"), new Source(
                                "Bondi, Characteristics of scalability and their impact on performance, 2000",
                                "https://doi.org/10.1145/350391.350432"), new Source(
                                        "Gunther, A General Theory of Computational Scalability, 2008",
                                        "https://arxiv.org/abs/0808.1431")),
                List.of("payment-service/src/main/java/dev/faultline/payment/paying/acquirer/ResilientAcquirer.java",
                        "payment-service/src/main/java/dev/faultline/payment/paying/ProcessingPayments.java",
                        "libs/messaging/src/main/java/dev/faultline/messaging/MessageConsumers.java"),
                List.of("CALLS = 32 in HorizontalScaling.java, the usual number: what is scarce then, and does a second instance bring it?",
                        "./faultline bench, then ./faultline stop order-service-2 and so on, and again: where processors are what is scarce"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        try (var client = new PlatformClient(platform);
                var nodes = new Nodes(platform);
                var _ = new Cleanup(() -> SLOW.heal(platform, AcquirerFault.NODE))) {
            var run = new Run(lab, platform, nodes, new OrderBursts(client, nodes));
            run.bursts.stock(STOCK);
            lab.step("payment-service is restarted with %d calls at a time for each instance".formatted(CALLS));
            try (var _ = lab.restarted(LIMITED, FIRST, SECOND)) {
                run.compare(lab.cluster().nodes());
                lab.step("payment-service is restarted with its usual settings");
            }
        }
    }

    private record Run(Lab lab, Target platform, Nodes nodes, OrderBursts bursts) {

        void compare(ClusterNodes cluster) {
            SLOW.inject(platform, AcquirerFault.NODE);
            awaitWork(SECOND);
            bursts.run(ORDERS, BOTH); // what JVMs that have just started take is not what an order costs
            lab.observe("CPU time of an instance without orders", "%.0f ms a second".formatted(bursts.rest(BOTH)));
            Burst two = measure("each its own calls, two instances", BOTH);
            try (var _ = new Cleanup(() -> cluster.start(SECOND))) {
                lab.step("stopping " + SECOND);
                cluster.stop(SECOND);
                nodes.awaitStopped(SECOND);
                awaitWork(FIRST);
                Burst one = measure("each its own calls, one instance", List.of(FIRST));
                lab.step("the acquirer is restarted with %d threads".formatted(CALLS));
                try (var _ = lab.restarted(SHARED, AcquirerFault.NODE)) {
                    SLOW.inject(platform, AcquirerFault.NODE);
                    awaitWork(FIRST);
                    Burst oneOfShared = measure("shared calls, one instance", List.of(FIRST));
                    lab.step("starting " + SECOND);
                    cluster.start(SECOND);
                    nodes.awaitReady(SECOND);
                    awaitWork(SECOND);
                    Burst twoOfShared = measure("shared calls, two instances", BOTH);
                    report(one, two, oneOfShared, twoOfShared);
                }
            }
        }

        /** Also what makes an instance that has just started fast. */
        private void awaitWork(String instance) {
            double before = calls(instance);
            if (!Polling.until(TAKES_PART, () -> {
                bursts.run(WARM_UP, BOTH.subList(0, 1));
                return calls(instance) > before;
            })) {
                throw new FaultlineException(instance + " gets no orders. See ./faultline status.");
            }
        }

        private double calls(String instance) {
            return nodes.metric(instance, "resilience4j_timelimiter_calls_total", "name=\"acquirer\"",
                    "kind=\"successful\"");
        }

        private Burst measure(String what, List<String> instances) {
            lab.step("%s: %d orders at once".formatted(what, ORDERS));
            Burst all = bursts.run(ORDERS, instances);
            lab.observe(what, "%.1f orders a second, %.1f ms of payment-service's CPU time an order".formatted(all
                    .perSecond(), all.cpuPerOrder()));
            return all;
        }

        private void report(Burst one, Burst two, Burst oneOfShared, Burst twoOfShared) {
            lab.picture("Confirmed orders a second",
                    "%d orders at once; an instance makes at most %d calls a second."
                            .formatted(ORDERS, CALLS * CALLS_PER_SECOND), BarChart.svg(List.of(new Group(
                                    "each instance has %d calls of its own".formatted(CALLS), List.of(bar(
                                            "one instance", one,
                                            "var(--blue)"), bar("two instances", two, "var(--blue)"))), new Group(
                                                    "the acquirer has %d for all".formatted(CALLS), List.of(bar(
                                                            "one instance",
                                                            oneOfShared, "var(--bad)"), bar("two instances",
                                                                    twoOfShared,
                                                                    "var(--bad)"))))));
            double gain = two.perSecond() / one.perSecond();
            lab.claim("two instances confirmed at least %.1f times as many orders a second as one: %.2f".formatted(
                    SCALES, gain), gain >= SCALES);
            lab.claim("with two, an order cost less than %.0f times the CPU time: %.2f".formatted(SAME_COST, two
                    .cpuPerOrder() / one.cpuPerOrder()), two.cpuPerOrder() < SAME_COST * one.cpuPerOrder());
            lab.claim("every order was confirmed", Stream.of(one, two, oneOfShared, twoOfShared).allMatch(
                    all -> all.confirmed() == all.orders()));
            double gainOfShared = twoOfShared.perSecond() / oneOfShared.perSecond();
            lab.control("where the acquirer is the limit, two instances confirmed less than %.1f times as many: %.2f"
                    .formatted(DOES_NOT_SCALE, gainOfShared), gainOfShared < DOES_NOT_SCALE);
        }

        private static Bar bar(String label, Burst all, String colour) {
            return new Bar(label, all.perSecond(), "%.1f, %.1f ms CPU".formatted(all.perSecond(), all
                    .cpuPerOrder()), colour);
        }
    }
}
