package dev.faultline.experiments.failure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

/** The acquirer fails, first too rarely for the circuit breakers, then always. */
public final class CircuitBreaking implements Experiment {
    private static final AcquirerFault ALWAYS = new AcquirerFault("acquirer-error", "{\"failShare\": 1}");
    private static final AcquirerFault RARELY = new AcquirerFault("acquirer-error", "{\"failShare\": 0.2}");
    private static final List<String> CLIENTS = List.of("payment-service-1", "payment-service-2");
    private static final int PER_SECOND = 8;
    private static final Duration LENGTH = Duration.ofSeconds(45);
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration BEFORE = Duration.ofSeconds(3);
    private static final Duration RARE = Duration.ofSeconds(6);
    private static final Duration OPENS = Duration.ofSeconds(10);
    private static final Duration OUTAGE = Duration.ofSeconds(5);
    /** Two seconds open, then as many trials as there are orders for. */
    private static final Duration CLOSES = Duration.ofSeconds(15);

    @Override
    public Description description() {
        return new Description("circuit-breaker", "Circuit breaker around somebody else's service",
                "When every call to the acquirer fails, payment-service's breakers open and most attempts do not reach it any more; when it has recovered, trial calls of a half-open breaker close it, and orders are confirmed again.",
                "A fifth of the calls fails, below the threshold: the breakers must stay closed, and every attempt must reach the acquirer.",
                List.of(new Source("Nygard, Release It!, chapter Stability Patterns",
                        "https://pragprog.com/titles/mnee2/"),
                        new Source("Resilience4j, CircuitBreaker",
                                "https://resilience4j.readme.io/docs/circuitbreaker")),
                List.of("payment-service/src/main/java/dev/faultline/payment/paying/acquirer/ResilientAcquirer.java",
                        "payment-service/src/main/resources/application.yml"),
                List.of("RESILIENCE4J_CIRCUITBREAKER_INSTANCES_ACQUIRER_WAITDURATIONINOPENSTATE=10s ./faultline up: how long does recovery take then?",
                        "chaos/acquirer-error.sh, where half of the calls fail"));
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
                var _ = new Cleanup(() -> ALWAYS.heal(platform, AcquirerFault.NODE))) {
            var orders = new LoadOrders(client, "experiment");
            orders.stock("", PER_SECOND * (int) LENGTH.toSeconds());
            var events = new ArrayList<Event>();
            Traffic traffic = Traffic.start(PER_SECOND, LENGTH, number -> {
                String status = orders.place(number, WAIT).status();
                if (!status.equals("CONFIRMED")) {
                    throw new FaultlineException(status);
                }
            });
            Polling.sleep(BEFORE);

            lab.step("a fifth of the calls to the acquirer fails");
            Phase rare = phase(traffic, events, "a fifth fails", platform, nodes, RARELY, RARE, false);
            lab.step("every call fails");
            Phase outage = phase(traffic, events, "every call fails", platform, nodes, ALWAYS, OUTAGE, true);
            lab.step("the acquirer has recovered");
            var states = new LinkedHashSet<String>();
            double healed = traffic.now();
            boolean closed = Polling.until(CLOSES, () -> states(nodes, states).equals(Set.of("closed")));
            double closedAfter = traffic.now() - healed;
            events.add(new Event("closed", traffic.now(), traffic.now()));
            List<Request> requests = traffic.await();

            lab.observe("attempts while a fifth failed", rare.text());
            lab.observe("attempts while the breakers were open", outage.text());
            lab.observe("states that were seen on the way", String.join(", ", states));
            lab.observe("breakers closed again after the acquirer recovered", closed ? "%.1f s".formatted(closedAfter
                    / 1e3) : "not in time");
            lab.picture("Orders",
                    "Each dot is an order, by when it was due and how long its outcome took; in red, what was not confirmed.",
                    TrafficChart.svg(requests, events));
            lab.claim("the breakers opened", outage.states.contains("open"));
            lab.claim("while they were open, fewer than half of the attempts reached the acquirer",
                    outage.reached < outage.refused);
            lab.claim("they closed by themselves", closed);
            List<Request> afterwards = requests.stream().filter(request -> request.dueMs() > healed + closedAfter)
                    .toList();
            lab.claim("orders were confirmed again afterwards", !afterwards.isEmpty() && afterwards.stream().noneMatch(
                    Request::hasFailed));
            lab.control(
                    "with a fifth of the calls failing the breakers stayed closed, and all %.0f attempts reached the acquirer"
                            .formatted(rare.reached), rare.states.equals(Set.of("closed")) && rare.refused == 0
                                    && rare.reached > 0);
        }
    }

    /**
     * What became of the attempts while a fault lasted.
     *
     * @param refused by the breakers
     * @param reached the acquirer
     */
    private record Phase(double refused, double reached, Set<String> states) {
        String text() {
            return "%.0f reached the acquirer, %.0f were refused by the breakers".formatted(reached, refused);
        }
    }

    private static Phase phase(Traffic traffic, List<Event> events, String what, Target platform, Nodes nodes,
            AcquirerFault fault, Duration length, boolean untilOpen) {
        double from = traffic.now();
        fault.inject(platform, AcquirerFault.NODE);
        var states = new LinkedHashSet<String>();
        if (untilOpen) {
            Polling.until(OPENS, () -> states(nodes, states).equals(Set.of("open")));
        }
        double refused = refused(nodes);
        double reached = reached(nodes);
        long end = System.nanoTime() + length.toNanos();
        Polling.until(length.plusSeconds(1), () -> {
            states(nodes, states);
            return System.nanoTime() > end;
        });
        var phase = new Phase(refused(nodes) - refused, reached(nodes) - reached, states);
        fault.heal(platform, AcquirerFault.NODE);
        events.add(new Event(what, from, traffic.now()));
        return phase;
    }

    /** The breakers' states now; adds them to those that were seen. */
    private static Set<String> states(Nodes nodes, Set<String> seen) {
        var now = new LinkedHashSet<String>();
        for (String node : CLIENTS) {
            for (String state : List.of("closed", "open", "half_open")) {
                if (nodes.metric(node, "resilience4j_circuitbreaker_state", "name=\"acquirer\"", "state=\"" + state
                        + "\"") == 1) {
                    now.add(state);
                }
            }
        }
        seen.addAll(now);
        return now;
    }

    private static double refused(Nodes nodes) {
        return CLIENTS.stream().mapToDouble(node -> nodes.metric(node,
                "resilience4j_circuitbreaker_not_permitted_calls_total", "name=\"acquirer\"")).sum();
    }

    private static double reached(Nodes nodes) {
        return nodes.metric(AcquirerFault.NODE, "http_server_requests_seconds_count", "uri=\"/payments/{id}/charge\"");
    }
}
