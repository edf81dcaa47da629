package dev.faultline.experiments.overload;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
import dev.faultline.verification.Target;
import dev.faultline.verification.client.ErrorResponseException;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** One customer wants far more than its share, with and without limits by caller. */
public final class GreedyCustomer implements Experiment {
    private static final String GATEWAY = "gateway-service-1";
    private static final String GREEDY = "alice";
    private static final int PER_SECOND = 10;
    private static final int CLIENTS = 128;
    private static final Duration PAUSE_WHEN_REFUSED = Duration.ofSeconds(1);
    private static final int STOCK = 1_000_000;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration LENGTH = Duration.ofSeconds(10);
    private static final Duration WAIT = Duration.ofSeconds(10);
    /** Room for the orders of a small platform, so that the result depends less on how fast the machine is. */
    private static final int ROOM = 96;
    private static final Map<String, String> LIMITS = Map.of("SPRING_APPLICATION_JSON",
            "{\"resilience4j.bulkhead.instances.placing-and-waiting.max-concurrent-calls\": " + ROOM + "}");
    private static final Map<String, String> NO_LIMITS = Stream.concat(LIMITS.entrySet().stream(), Map.of(
            "FAULTLINE_LIMITS_CUSTOMER_RATE", "1000000", "FAULTLINE_LIMITS_CUSTOMER_BURST", "1000000",
            "FAULTLINE_LIMITS_CUSTOMER_WRITES", "1000000").entrySet().stream()).collect(Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue));

    @Override
    public Description description() {
        return new Description("greedy-customer", "Rate limits and fairness",
                "The gateway has room for %d orders at a time, and one customer sends with %d clients at once. With limits by caller no order of anybody else fails: the greedy customer gets 429 for what is beyond its share."
                        .formatted(ROOM, CLIENTS),
                "The same gateway without limits by caller: orders of the others must fail, because the greedy customer fills the room.",
                List.of(new Source("Turner, New Directions in Communications (token bucket), 1986",
                        "https://doi.org/10.1109/MCOM.1986.1092946"), new Source(
                                "IETF, RateLimit header fields for HTTP",
                                "https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/")),
                List.of("gateway-service/src/main/java/dev/faultline/gateway/limits/CallerLimitsFilter.java",
                        "docs/decisions/0020-each-gateway-grants-its-share.md"),
                List.of("./faultline load --as alice --rate 400, beside ./faultline load --rate 50: with the usual room of 512",
                        "FAULTLINE_LIMITS_CUSTOMER_WRITES=96 FAULTLINE_LIMITS_CUSTOMER_WRITECOST=1 ./faultline up: a customer's limit that is as large as the room protects nobody"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        if (platform.nodes().stream().filter(node -> node.name().startsWith("gateway-service-")).count() > 1) {
            throw new FaultlineException(
                    "The experiment gives the gateway other limits, and needs one gateway only: stop the"
                            + " cluster with ./faultline down, and start it with ./faultline up --gateways 1.");
        }
        try (var shop = new PlatformClient(platform);
                var alice = new PlatformClient(platform.gatewayUrl(), platform.credentials(), GREEDY);
                var nodes = new Nodes(platform)) {
            var orders = new LoadOrders(shop, "experiment");
            orders.stock("", STOCK);
            var others = new Others(orders);
            var greedy = LoadOrders.of(GREEDY, alice, "experiment");
            List<Request> alone;
            Beside limited;
            Beside unlimited;
            lab.step("the gateway is restarted with room for %d orders at a time".formatted(ROOM));
            try (var _ = lab.restarted(LIMITS, GATEWAY)) {
                others.start(WARM_UP).await();
                lab.step("the others alone, %d orders a second".formatted(PER_SECOND));
                alone = others.start(LENGTH).await();
                lab.observe("the others alone", text(alone));
                lab.step("and %s, with %d clients at once".formatted(GREEDY, CLIENTS));
                limited = beside(lab, others, greedy, "with limits");
                lab.step("the gateway is restarted without limits by caller");
                lab.restart(NO_LIMITS, GATEWAY);
                others.start(WARM_UP).await();
                unlimited = beside(lab, others, greedy, "without limits");
            }
            nodes.awaitReady(GATEWAY);
            lab.observe("the others' p99, beside %s".formatted(GREEDY), "%.1f times that of the others alone".formatted(
                    Traffic.percentile(limited.others, 99) / Traffic.percentile(alone, 99)));
            lab.claim("with limits, no order of the others failed", Traffic.failed(limited.others) == 0);
            lab.claim("with limits, %s was refused %d times".formatted(GREEDY, limited.refused), limited.refused > 0);
            lab.control("without limits, %d of %d orders of the others failed".formatted(Traffic.failed(
                    unlimited.others),
                    unlimited.others.size()), Traffic.failed(unlimited.others) > 0);
        }
    }

    /**
     * What became of both.
     *
     * @param placed  orders of the greedy customer
     * @param refused requests of the greedy customer
     */
    private record Beside(List<Request> others, long placed, long refused) {}

    private static Beside beside(Lab lab, Others others, LoadOrders greedy, String what) {
        var placed = new AtomicLong();
        var refused = new AtomicLong();
        Traffic traffic;
        List<Request> seen;
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            traffic = others.start(LENGTH);
            double end = LENGTH.toMillis();
            for (int client = 0; client < CLIENTS; client++) {
                clients.execute(() -> {
                    while (traffic.now() < end) {
                        try {
                            greedy.place(others.next(), WAIT);
                            placed.incrementAndGet();
                        } catch (FaultlineException e) {
                            if (e instanceof ErrorResponseException response && response.isBusy()) {
                                refused.incrementAndGet();
                            }
                            Polling.sleep(PAUSE_WHEN_REFUSED);
                        }
                    }
                });
            }
            seen = traffic.await();
        }
        var beside = new Beside(seen, placed.get(), refused.get());
        lab.observe("the others, " + what, text(seen));
        lab.observe(GREEDY + ", " + what, "%d orders placed, %d requests refused".formatted(beside.placed,
                beside.refused));
        lab.picture("The others' orders, " + what,
                "Each dot is an order of somebody else than %s, by when it was due and how long its outcome took; in red, what failed."
                        .formatted(GREEDY), TrafficChart.svg(seen, List.of()));
        return beside;
    }

    private static String text(List<Request> requests) {
        return "p50 %.0f ms, p99 %.0f ms, %d of %d failed".formatted(Traffic.percentile(requests, 50), Traffic
                .percentile(requests, 99),
                Traffic.failed(requests), requests.size());
    }

    /** The load of everybody else. Each order has a number of its own. */
    private static final class Others {
        private final LoadOrders orders;
        private final AtomicLong numbers = new AtomicLong();

        Others(LoadOrders orders) {
            this.orders = orders;
        }

        long next() {
            return numbers.getAndIncrement();
        }

        Traffic start(Duration length) {
            return Traffic.start(PER_SECOND, length, _ -> orders.place(next(), WAIT));
        }
    }
}
