package dev.faultline.experiments.caching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

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
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.PlatformClient;

/** A product that hundreds of clients ask for in the moment in which the gateway's entry has expired. */
public final class ThunderingHerd implements Experiment {
    private static final String GATEWAY = "gateway-service-1";
    private static final int HERDS = 4;
    private static final int PER_SECOND = 100;
    private static final Duration STEADY = Duration.ofSeconds(8);
    private static final int CHANGES = 20;
    private static final double HIT_RATE = 0.95;
    private static final Map<String, String> WITHOUT = Map.of("FAULTLINE_GATEWAY_CACHE_COALESCE", "false");

    @Override
    public Description description() {
        return new Description("thundering-herd", "A cache at the edge, and the thundering herd",
                "The gateway caches products for two seconds. When the entry of a popular product has expired and %d clients ask for it at once, order-service gets one request, and its answer is everybody's. In between, at least %.0f %% of the reads are answered from the cache; and no read that begins after a change of the price shows the old one."
                        .formatted(Herd.CLIENTS, 100 * HIT_RATE),
                "The same cache without coalescing: most of the herd must reach order-service, because whoever comes while the first answer is on its way finds nothing. And a change that does not go through the gateway must show the old price, for two seconds at most.",
                List.of(new Source("RFC 9111, HTTP Caching, section 4.4: Invalidating Stored Responses",
                        "https://www.rfc-editor.org/rfc/rfc9111#section-4.4"), new Source(
                                "Nishtala et al., Scaling Memcache at Facebook, 2013, section 3.2.1: leases",
                                "https://www.usenix.org/conference/nsdi13/technical-sessions/presentation/nishtala"),
                        new Source("nginx, proxy_cache_lock",
                                "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_lock")),
                List.of("gateway-service/src/main/java/dev/faultline/gateway/ResponseCache.java",
                        "gateway-service/src/main/java/dev/faultline/gateway/CachedResponse.java",
                        "docs/decisions/0026-the-gateway-caches-what-is-for-everybody.md"),
                List.of("FAULTLINE_GATEWAY_CACHE_ENABLED=false ./faultline up: every read reaches order-service",
                        "SLOW in Herd.java: the longer an answer takes, the larger is the herd that is let through without coalescing"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        if (platform.nodes().stream().filter(node -> node.name().startsWith("gateway-service-")).count() > 1) {
            throw new FaultlineException("The experiment counts what one gateway lets through: stop the cluster with"
                    + " ./faultline down, and start it with ./faultline up --gateways 1.");
        }
        try (var client = new PlatformClient(platform); var nodes = new Nodes(platform)) {
            client.putProduct(Herd.SKU, "Experiment", price(1));
            var tables = new ProductTables(platform);
            var herd = new Herd(tables, client, nodes);
            List<Herd.Result> with = herds(lab, herd, "with coalescing");
            lab.claim("with coalescing, each herd of %d was one request to order-service".formatted(Herd.CLIENTS), with
                    .stream().allMatch(result -> result.arrived() == 1));
            lab.claim("with coalescing, no request failed", with.stream().allMatch(result -> result.failed() == 0));
            steady(lab, client, herd);
            changes(lab, client);
            changeElsewhere(lab, client, tables);
            lab.step("the gateway is restarted without coalescing");
            List<Herd.Result> without;
            try (var _ = lab.restarted(WITHOUT, GATEWAY)) {
                without = herds(lab, herd, "without coalescing");
            }
            lab.picture("Requests that reached order-service", "Of the %d requests of each herd.".formatted(
                    Herd.CLIENTS), BarChart.svg(List.of(bars("with coalescing", with, "var(--blue)"), bars(
                            "without coalescing", without, "var(--bad)"))));
            long let = without.stream().mapToLong(Herd.Result::arrived).min().orElse(0);
            lab.control("without coalescing, at least %d requests of each herd reached order-service".formatted(let),
                    let > Herd.CLIENTS / 2);
        }
    }

    private static Money price(int minorUnits) {
        return new Money(minorUnits, "EUR");
    }

    private static Group bars(String title, List<Herd.Result> herds, String colour) {
        return new Group(title, IntStream.range(0, herds.size()).mapToObj(i -> bar("herd " + (i + 1), herds.get(i),
                colour)).toList());
    }

    private static Bar bar(String label, Herd.Result herd, String colour) {
        return new Bar(label, herd.arrived(), "%d, p99 %.0f ms".formatted(herd.arrived(), herd.p99()), colour);
    }

    private static List<Herd.Result> herds(Lab lab, Herd herd, String how) {
        lab.step("%s: %d herds of %d clients, each when the entry has expired".formatted(how, HERDS, Herd.CLIENTS));
        herd.come(); // opens the clients' connections
        var herds = new ArrayList<Herd.Result>();
        for (int i = 0; i < HERDS; i++) {
            herds.add(herd.come());
        }
        lab.observe(how + ", of %d requests reached order-service".formatted(Herd.CLIENTS), String.join(", ", herds
                .stream().map(result -> Long.toString(result.arrived())).toList()));
        lab.observe(how + ", p99 and failed of each herd", String.join("; ", herds.stream().map(
                result -> "%.0f ms, %d".formatted(result.p99(), result.failed())).toList()));
        return herds;
    }

    private static void steady(Lab lab, PlatformClient client, Herd herd) {
        lab.step("%d reads a second".formatted(PER_SECOND));
        double arrivedBefore = herd.arrived();
        double hitsBefore = herd.gets("hit");
        List<Request> reads = Traffic.start(PER_SECOND, STEADY, _ -> client.price(Herd.SKU)).await();
        double hits = herd.gets("hit") - hitsBefore;
        lab.observe("%d reads a second".formatted(PER_SECOND),
                "%.1f %% of %d from the cache, %.0f reached order-service, p50 %.1f ms, p99 %.0f ms"
                        .formatted(100 * hits / reads.size(), reads.size(), herd.arrived() - arrivedBefore, Traffic
                                .percentile(
                                        reads, 50), Traffic.percentile(reads, 99)));
        lab.picture("Reads of the product, %d a second".formatted(PER_SECOND),
                "Each dot is a read, by when it was due and how long it took: every two seconds one waits for order-service.",
                TrafficChart.svg(reads, List.of()));
        lab.claim("at least %.0f %% of the reads were answered from the cache, and none failed".formatted(100
                * HIT_RATE), hits >= HIT_RATE * reads.size() && Traffic.failed(reads) == 0);
    }

    /** Beside other reads, so that there are always an entry, and requests on their way. */
    private static void changes(Lab lab, PlatformClient client) {
        lab.step("%d changes of the price, each followed by a read, beside other reads".formatted(CHANGES));
        Traffic others = Traffic.start(PER_SECOND, STEADY, _ -> client.price(Herd.SKU));
        int stale = 0;
        for (int i = 1; i <= CHANGES; i++) {
            client.putProduct(Herd.SKU, "Experiment", price(1_000 + i));
            if (!client.price(Herd.SKU).equals(price(1_000 + i))) {
                stale++;
            }
        }
        others.stop();
        long failed = Traffic.failed(others.await());
        lab.observe("reads after a change that showed the old price", "%d of %d".formatted(stale, CHANGES));
        lab.claim("no read that began after a change showed the old price", stale == 0 && failed == 0);
    }

    /** Of which this gateway does not know: the entry is what a read finds until it expires. */
    private static void changeElsewhere(Lab lab, PlatformClient client, ProductTables tables) {
        lab.step("a change of the price that does not go through this gateway");
        Money before = client.price(Herd.SKU);
        tables.setPrice(Herd.SKU, 2_000);
        long changed = System.nanoTime();
        Money at = client.price(Herd.SKU);
        boolean seen = Polling.until(Herd.EXPIRED, () -> client.price(Herd.SKU).equals(price(2_000)));
        lab.observe("a change that does not go through this gateway", "seen after %.1f s".formatted((System.nanoTime()
                - changed) / 1e9));
        lab.control("a read right after a change that does not go through this gateway shows the old price", at.equals(
                before));
        lab.claim("a change that does not go through this gateway is seen %.1f s later at most".formatted(Herd.EXPIRED
                .toMillis() / 1e3), seen);
    }
}
