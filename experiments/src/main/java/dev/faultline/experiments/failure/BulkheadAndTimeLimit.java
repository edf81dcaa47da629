package dev.faultline.experiments.failure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Nodes;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.fault.AcquirerFault;
import dev.faultline.verification.load.LoadOrders;

/** A fifth of the calls to the acquirer hangs, and payment-service waits for them, or does not. */
public final class BulkheadAndTimeLimit implements Experiment {
    private static final AcquirerFault HANGS = new AcquirerFault("acquirer-slow",
            "{\"slowShare\": 0.2, \"slowFor\": \"PT10S\", \"seed\": 1}");
    private static final String[] CLIENTS = {"payment-service-1", "payment-service-2"};
    private static final int ORDERS_PER_SECOND = 8;
    private static final int READS_PER_SECOND = 10;
    private static final Duration BEFORE = Duration.ofSeconds(4);
    private static final Duration HANGING = Duration.ofSeconds(16);
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int STOCK = 1_000_000;
    private static final int PERMITS = 4;
    private static final int NO_LIMIT = 1_000;
    /** Three attempts of a second each, the waits between them, a busy machine, and the batch before. */
    private static final double PROMPT_MS = 8_000;
    private static final double FAST_MS = 1_000;
    private static final Map<String, String> LIMITS = settings(PERMITS, "1s");
    private static final Map<String, String> NO_LIMITS = settings(NO_LIMIT, "60s");

    /** The breaker has an experiment of its own, and is out of the way here. */
    private static Map<String, String> settings(int permits, String timeLimit) {
        return Map.of("RESILIENCE4J_BULKHEAD_INSTANCES_ACQUIRER_MAXCONCURRENTCALLS", Integer.toString(permits),
                "RESILIENCE4J_TIMELIMITER_INSTANCES_ACQUIRER_TIMEOUTDURATION", timeLimit,
                "RESILIENCE4J_CIRCUITBREAKER_INSTANCES_ACQUIRER_SLIDINGWINDOWSIZE", "100000",
                "RESILIENCE4J_CIRCUITBREAKER_INSTANCES_ACQUIRER_MINIMUMNUMBEROFCALLS", "100000");
    }

    @Override
    public Description description() {
        return new Description("bulkhead-and-time-limit", "Bulkhead and time limit",
                "A fifth of the calls to the acquirer hangs for ten seconds. With a time limit of a second for each call and %d calls at a time for each instance, nine of ten orders have their outcome in time all the same, reads of payments stay fast, and an instance never has more than %d calls in flight."
                        .formatted(PERMITS, PERMITS),
                "The same payment-service without either limit: most orders must wait for somebody else's call that hangs, and more calls must be in flight.",
                List.of(new Source("Nygard, Release It!, chapter Stability Patterns",
                        "https://pragprog.com/titles/mnee2/"), new Source("Resilience4j, Bulkhead",
                                "https://resilience4j.readme.io/docs/bulkhead"), new Source(
                                        "Resilience4j, TimeLimiter", "https://resilience4j.readme.io/docs/timeout")),
                List.of("payment-service/src/main/java/dev/faultline/payment/paying/acquirer/ResilientAcquirer.java",
                        "payment-service/src/main/java/dev/faultline/payment/paying/ProcessingPayments.java",
                        "payment-service/src/main/resources/application.yml"),
                List.of("slowShare 1 in BulkheadAndTimeLimit.java: no call succeeds in time, and without the circuit breaker each attempt still costs its second",
                        "chaos/acquirer-slow.sh, with the usual limits and the breaker"));
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
                var _ = new Cleanup(() -> HANGS.heal(platform, AcquirerFault.NODE))) {
            var run = new Run(lab, platform, nodes, client, new LoadOrders(client, "experiment"));
            run.orders.stock("", STOCK);
            lab.step("payment-service is restarted with room for %d calls at a time, and without a circuit breaker"
                    .formatted(PERMITS));
            Seen with;
            try (var _ = lab.restarted(LIMITS, CLIENTS)) {
                with = run.observe("with limits");
                HANGS.heal(platform, AcquirerFault.NODE);
                lab.step("payment-service is restarted without a limit of time or of calls");
                lab.restart(NO_LIMITS, CLIENTS);
                Seen without = run.observe("without limits");
                report(lab, with, without);
                HANGS.heal(platform, AcquirerFault.NODE);
                lab.step("payment-service is restarted with its usual settings");
            }
        }
    }

    private static void report(Lab lab, Seen with, Seen without) {
        lab.claim("with limits, nine of ten orders had their outcome within %.0f s".formatted(PROMPT_MS / 1e3), with
                .prompt() >= 0.9);
        lab.claim("with limits, no instance had more than %d calls in flight".formatted(PERMITS), with.mostCalls > 0
                && with.mostCalls <= PERMITS);
        lab.claim("reads of payments stayed fast: none failed, and 99 of 100 took less than %.0f ms".formatted(FAST_MS),
                Traffic.failed(with.reads) == 0 && Traffic.percentile(with.reads, 99) < FAST_MS);
        lab.control("without limits, fewer than half of the orders had their outcome within %.0f s".formatted(
                PROMPT_MS / 1e3), without.prompt() < 0.5);
        lab.control("without limits, an instance had %d calls in flight".formatted(without.mostCalls),
                without.mostCalls > PERMITS);
    }

    /**
     * What became of the orders that were placed while calls hung, and of the reads.
     *
     * @param mostCalls that one instance had in flight
     */
    private record Seen(List<Request> orders, List<Request> reads, int mostCalls) {
        double prompt() {
            return orders.stream().filter(order -> !order.hasFailed() && order.tookMs() < PROMPT_MS).count()
                    / (double) orders.size();
        }
    }

    private record Run(Lab lab, Target platform, Nodes nodes, PlatformClient client, LoadOrders orders) {
        Seen observe(String what) {
            long first = System.nanoTime();
            var order = orders.place(first, WAIT);
            if (!order.isComplete()) {
                throw new FaultlineException("An order is not complete before the fault. See ./faultline status.");
            }
            Duration length = BEFORE.plus(HANGING);
            Traffic placing = Traffic.start(ORDERS_PER_SECOND, length, number -> {
                if (!orders.place(first + 1 + number, WAIT).isComplete()) {
                    throw new FaultlineException("no outcome within " + WAIT.toSeconds() + " s");
                }
            });
            Traffic reading = Traffic.start(READS_PER_SECOND, length, _ -> client.payment(order.id()));
            Polling.sleep(BEFORE);
            double from = placing.now();
            lab.step(what + ": a fifth of the calls to the acquirer hangs");
            HANGS.inject(platform, AcquirerFault.NODE);
            var most = new AtomicInteger();
            Polling.until(HANGING, () -> {
                for (String node : CLIENTS) {
                    most.accumulateAndGet(inFlight(node), Math::max);
                }
                return placing.now() > length.toMillis();
            });
            double to = placing.now();
            List<Request> placed = placing.await();
            List<Request> read = reading.await();
            var seen = new Seen(placed.stream().filter(one -> one.dueMs() > from).toList(), read.stream().filter(
                    one -> one.dueMs() > from).toList(), most.get());
            lab.observe(what + ", orders with an outcome within %.0f s".formatted(PROMPT_MS / 1e3),
                    "%.0f %% of %d, p50 %.0f ms"
                            .formatted(100 * seen.prompt(), seen.orders.size(), Traffic.percentile(seen.orders, 50)));
            lab.observe(what + ", reads of payments", "p50 %.0f ms, p99 %.0f ms".formatted(Traffic.percentile(
                    seen.reads, 50),
                    Traffic.percentile(seen.reads, 99)));
            lab.observe(what + ", most calls in flight at one instance", Integer.toString(seen.mostCalls));
            lab.picture("Orders, " + what,
                    "Each dot is an order, by when it was due and how long its outcome took; in red, none within ten seconds.",
                    TrafficChart.svg(placed, List.of(new Event("a fifth of the calls hangs", from, to))));
            return seen;
        }

        private int inFlight(String node) {
            return (int) (nodes.metric(node, "resilience4j_bulkhead_max_allowed_concurrent_calls", "name=\"acquirer\"")
                    - nodes.metric(node, "resilience4j_bulkhead_available_concurrent_calls", "name=\"acquirer\""));
        }
    }
}
