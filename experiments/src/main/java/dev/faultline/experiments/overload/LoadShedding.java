package dev.faultline.experiments.overload;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;
import dev.faultline.local.TemporaryGateway;
import tools.jackson.databind.json.JsonMapper;

/** Twice as many requests as servers can answer, through a route of the gateway with a limit and through one without. */
public final class LoadShedding implements Experiment {
    private static final int SERVERS = 2;
    private static final int CAPACITY = 40;
    private static final int USUAL = CAPACITY / 2;
    private static final int MORE = CAPACITY * 3 / 2;
    /** Three for each request that the servers work on: the others wait for a fifth of a second. */
    private static final int IN_FLIGHT = 12;
    private static final int BEGIN = 4;
    private static final int END_OF_OVERLOAD = 14;
    private static final int END = 19;
    /** From here on a queue without a bound is longer than anybody waits. */
    private static final int SETTLED = 8;
    private static final double ACCEPTED_MS = 1_000;
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final Map<String, String> GATEWAY = Map.of("FAULTLINE_GATEWAY_RESPONSETIMEOUT", "1s",
            "FAULTLINE_LIMITS_ADDRESS_RATE", "1000000", "FAULTLINE_LIMITS_ADDRESS_BURST", "1000000",
            "FAULTLINE_GATEWAY_CACHE_ENABLED", "false",
            // Breakers would shed too, in their own way; they have an experiment of their own.
            "SPRING_APPLICATION_JSON", JsonMapper.shared().writeValueAsString(Map.of(
                    "resilience4j.bulkhead.instances.stock.max-concurrent-calls", IN_FLIGHT,
                    "resilience4j.bulkhead.instances.orders.max-concurrent-calls", 1_000_000,
                    "resilience4j.circuitbreaker.configs.default.sliding-window-size", 100_000,
                    "resilience4j.circuitbreaker.configs.default.minimum-number-of-calls", 100_000)));

    @Override
    public Description description() {
        return new Description("load-shedding", "Overload and load shedding",
                "For ten seconds the gateway gets twice as many requests as the servers behind it can answer. With at most %d in flight it refuses the rest at once, saying when to come again; what it accepts is answered in time, as many a second as the servers can."
                        .formatted(IN_FLIGHT),
                "The same through a route of the same gateway whose limit is out of reach: requests must wait in the servers' queues until nobody waits for them any more, and almost none be answered.",
                List.of(new Source("Welsh, Culler, Adaptive Overload Control for Busy Internet Servers, 2003",
                        "https://www.usenix.org/conference/usits-03/adaptive-overload-control-busy-internet-servers"),
                        new Source("Site Reliability Engineering, Addressing Cascading Failures",
                                "https://sre.google/sre-book/addressing-cascading-failures/"), new Source(
                                        "RFC 9110, Retry-After",
                                        "https://www.rfc-editor.org/rfc/rfc9110#field.retry-after")),
                List.of("gateway-service/src/main/java/dev/faultline/gateway/RouteGuard.java",
                        "gateway-service/src/main/resources/application.yml",
                        "order-service/src/main/java/dev/faultline/order/checkout/jdbc/CheckoutBacklog.java",
                        "experiments/src/main/java/dev/faultline/experiments/overload/LimitedServers.java"),
                List.of("IN_FLIGHT in LoadShedding.java: with 4 no request waits at the servers, and some of their time is lost; with 60 what is accepted waits longer than the gateway's timeout",
                        "./faultline bench: the platform's own limits at the highest rate it sustains"));
    }

    @Override
    public void run(Lab lab) {
        List<Run> runs = TemporaryGateway.run(lab.cluster(), lab.directory(), GATEWAY, lab.progress(), gateway -> List
                .of(run(lab, gateway, "with a limit", "inventory-service", "/api/stock/SKU-1"), run(lab, gateway,
                        "without a limit", "order-service", "/api/catalogue/SKU-1")));
        Run limited = runs.getFirst();
        Run unlimited = runs.getLast();
        runs.forEach(run -> run.report(lab));
        lab.picture("Answers a second", "By when the answer arrived. Capacity: %d a second.".formatted(CAPACITY),
                GoodputChart.svg(List.of(new GoodputChart.Line(limited.name, limited.goodput(), "var(--blue)"),
                        new GoodputChart.Line(unlimited.name, unlimited.goodput(), "var(--bad)")), CAPACITY,
                        "twice the capacity", BEGIN, END_OF_OVERLOAD));
        lab.claim("with a limit, at least four fifths of what the servers can were answered during the overload",
                limited.duringOverload() >= 0.8 * CAPACITY);
        lab.claim("with a limit, what was accepted was answered: 99 of 100 within %.0f ms".formatted(ACCEPTED_MS),
                limited.latency(99) < ACCEPTED_MS);
        lab.claim(
                "with a limit, every other request was refused with Retry-After, half of them sooner than half of the others were answered",
                limited.refused() > 0 && limited.refused() == limited.failed() && limited.refusal() < limited.latency(
                        50));
        lab.claim("both routes answered everybody before the overload", runs.stream().allMatch(run -> run.goodput()
                .average(1, BEGIN) > 0.9 * USUAL));
        lab.control("without a limit, %.0f answers a second of %d that were possible".formatted(unlimited
                .duringOverload(), CAPACITY), unlimited.duringOverload() < 0.2 * CAPACITY);
    }

    /** @param requests of the whole run */
    private record Run(String name, List<Request> requests) {
        Goodput goodput() {
            return Goodput.of(requests, END);
        }

        double duringOverload() {
            return goodput().average(SETTLED, END_OF_OVERLOAD);
        }

        private List<Request> ofOverload() {
            return requests.stream().filter(request -> request.dueMs() >= BEGIN * 1_000 && request
                    .dueMs() < END_OF_OVERLOAD * 1_000).toList();
        }

        long failed() {
            return Traffic.failed(ofOverload());
        }

        long refused() {
            return refusals().size();
        }

        private List<Request> refusals() {
            return ofOverload().stream().filter(request -> OneRequest.REFUSED.equals(request.error())).toList();
        }

        double refusal() {
            return Traffic.percentile(refusals(), 50);
        }

        double latency(int percent) {
            List<Request> answered = ofOverload().stream().filter(request -> !request.hasFailed()).toList();
            return answered.isEmpty() ? Double.POSITIVE_INFINITY : Traffic.percentile(answered, percent);
        }

        void report(Lab lab) {
            lab.observe(name + ": answers a second", "%.0f before, %.0f during, %.0f after".formatted(goodput().average(
                    1, BEGIN), duringOverload(), goodput().average(END_OF_OVERLOAD + 1, END)));
            lab.observe(name + ": what was answered during the overload", "p50 %.0f ms, p99 %.0f ms".formatted(latency(
                    50), latency(99)));
            lab.observe(name + ": what was not", "%d refused with Retry-After%s, %d otherwise".formatted(refused(),
                    refused() == 0 ? "" : ", p50 %.0f ms".formatted(refusal()), failed() - refused()));
            lab.picture("Requests, " + name,
                    "Each dot is a request, by when it was due and how long it took; in red, what was not answered.",
                    TrafficChart.svg(requests, List.of(new Event("twice the capacity", BEGIN * 1e3, END_OF_OVERLOAD
                            * 1e3))));
        }
    }

    private static Run run(Lab lab, TemporaryGateway gateway, String name, String service, String path) {
        URI url = gateway.url().resolve(path);
        try (var servers = new LimitedServers(SERVERS, CAPACITY); var client = new OneRequest(url)) {
            try (var once = new RetryingClient(List.of(url), Duration.ofSeconds(3), 0, () -> false)) {
                FoundServers.register(gateway, service, servers, once);
            }
            lab.step("warm-up of the route " + name);
            Traffic.start(USUAL, WARM_UP, _ -> client.send()).await();
            lab.step("%s: %d requests a second of %d that are possible".formatted(name, USUAL, CAPACITY));
            Traffic usual = Traffic.start(USUAL, Duration.ofSeconds(END), _ -> client.send());
            usual.sleepUntil(BEGIN);
            double begin = usual.now();
            lab.step("%s: %d more".formatted(name, MORE));
            Traffic more = Traffic.start(MORE, Duration.ofSeconds(END_OF_OVERLOAD - BEGIN), _ -> client.send());
            var requests = new ArrayList<Request>(usual.await());
            more.await().forEach(request -> requests.add(new Request(request.dueMs() + begin, request.tookMs(), request
                    .error())));
            return new Run(name, requests);
        }
    }
}
