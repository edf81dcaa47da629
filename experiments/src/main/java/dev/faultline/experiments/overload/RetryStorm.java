package dev.faultline.experiments.overload;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.local.TemporaryGateway;

/** Servers freeze for three seconds while clients go on, and retry: with a budget, or each request several times. */
public final class RetryStorm implements Experiment {
    private static final int SERVERS = 3;
    private static final int CAPACITY = 60;
    private static final int PER_SECOND = 30;
    private static final int FREEZE = 4;
    private static final int THAW = 7;
    private static final int END = 17;
    /** The last seconds, which decide. */
    private static final int LAST = 4;
    private static final int RESERVE = 10;
    private static final int RETRIES = 4;
    private static final Duration ATTEMPT = Duration.ofSeconds(1);
    /** Longer than the gateway's two attempts. */
    private static final Duration THROUGH_GATEWAY = Duration.ofSeconds(2);
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final String SERVICE = "inventory-service";
    /** All requests come from one address, and must not meet its limit. */
    private static final Map<String, String> GATEWAY = Map.of("FAULTLINE_GATEWAY_RESPONSETIMEOUT", "800ms",
            "FAULTLINE_LIMITS_ADDRESS_RATE", "1000000", "FAULTLINE_LIMITS_ADDRESS_BURST", "1000000");

    @Override
    public Description description() {
        return new Description("retry-storm", "Retry storms, retry budgets and metastable failure",
                "Servers at half of their capacity freeze for three seconds. If retries are at most a tenth of the requests, the answers are back within seconds after the end of the freeze, with the gateway in between and without it.",
                "Clients that repeat each failed request immediately, up to %d times: the same servers must go on to work for requests that nobody waits for, and answer almost nobody, long after the freeze has ended."
                        .formatted(RETRIES),
                List.of(new Source("Bronson, Aghayev, Charapko, Zhu, Metastable Failures in Distributed Systems, 2021",
                        "https://doi.org/10.1145/3458336.3465286"), new Source(
                                "Site Reliability Engineering, Handling Overload",
                                "https://sre.google/sre-book/handling-overload/")),
                List.of("gateway-service/src/main/java/dev/faultline/gateway/RetryBudget.java",
                        "gateway-service/src/main/java/dev/faultline/gateway/RetrySafely.java",
                        "experiments/src/main/java/dev/faultline/experiments/overload/RetryingClient.java",
                        "experiments/src/main/java/dev/faultline/experiments/overload/LimitedServers.java"),
                List.of("RETRIES in RetryStorm.java: with two retries the load is 90 a second, still more than the servers can do",
                        "PER_SECOND in RetryStorm.java: with 10, all retries fit into the capacity, and the storm ends by itself"));
    }

    @Override
    public void run(Lab lab) {
        Run storm = storm(lab);
        List<Run> withBudget = TemporaryGateway.run(lab.cluster(), lab.directory(), GATEWAY, lab.progress(),
                running -> withBudget(lab, running));
        Run gateway = withBudget.getFirst();
        Run budget = withBudget.getLast();
        lab.observe("a client waits for an answer", ATTEMPT.toSeconds() + " s; through the gateway " + THROUGH_GATEWAY
                .toSeconds() + " s");
        lab.observe("requests a second at the servers, without a budget", "%.0f, of %d that they can answer".formatted(
                storm.attempts * PER_SECOND, CAPACITY));
        for (Run run : List.of(gateway, budget, storm)) {
            lab.observe(run.name + ": answers a second", "%.0f before, %.0f during, %.0f in the last %d s".formatted(run
                    .before(), run.goodput.average(FREEZE, THAW), run.atTheEnd(), LAST));
            int recovery = run.goodput.recovery(THAW, run.before());
            lab.observe(run.name + ": seconds after the freeze until the answers were back", recovery < END - THAW
                    ? Integer.toString(recovery) : "not in " + recovery);
            lab.observe(run.name + ": requests at the servers, for each of a client's", "%.1f".formatted(run.attempts));
        }
        lab.picture("Answers a second",
                "By when the answer arrived; dashed, the %d requests a second that ask for one. The servers can answer %d. After the freeze they first work off requests whose clients have given up."
                        .formatted(PER_SECOND, CAPACITY), GoodputChart.svg(List.of(line(gateway, "var(--blue)"), line(
                                budget,
                                "var(--good)"), line(storm, "var(--bad)")), PER_SECOND, "servers frozen", FREEZE,
                                THAW));
        for (Run run : List.of(gateway, budget)) {
            lab.claim("%s: %d s after the freeze as many were answered as before it".formatted(run.name, END - THAW
                    - LAST), run.isBack());
        }
        lab.claim("in each run, the servers answered everybody before the freeze", List.of(gateway, budget, storm)
                .stream().allMatch(run -> run.before() > 0.9 * PER_SECOND));
        lab.control("%s: in the last %d s, %.0f of %d requests a second were answered, by servers that can answer %d"
                .formatted(storm.name, LAST, storm.atTheEnd(), PER_SECOND, CAPACITY), storm.atTheEnd() < 0.2
                        * PER_SECOND);
    }

    /** @param attempts for each request, at the servers */
    private record Run(String name, Goodput goodput, double attempts) {
        /** Without the first second, in which no answer can arrive at first. */
        double before() {
            return goodput.average(1, FREEZE);
        }

        double atTheEnd() {
            return goodput.average(END - LAST, END);
        }

        boolean isBack() {
            return atTheEnd() > 0.8 * before();
        }
    }

    private static GoodputChart.Line line(Run run, String colour) {
        return new GoodputChart.Line(run.name, run.goodput, colour);
    }

    private static Run storm(Lab lab) {
        try (var servers = new LimitedServers(SERVERS, CAPACITY);
                var client = new RetryingClient(servers.urls(), ATTEMPT, RETRIES, () -> true)) {
            return run(lab, "without a budget", servers, client::send);
        }
    }

    private static Run budget(Lab lab) {
        var budget = new RetryBudget(RESERVE);
        try (var servers = new LimitedServers(SERVERS, CAPACITY);
                var client = new RetryingClient(servers.urls(), ATTEMPT, RETRIES, budget::withdraw)) {
            return run(lab, "with a budget", servers, number -> {
                budget.deposit();
                client.send(number);
            });
        }
    }

    /** Through the gateway and without it, at the same time, each with servers of its own. */
    private static List<Run> withBudget(Lab lab, TemporaryGateway gateway) {
        var budget = new RetryBudget(RESERVE);
        URI url = gateway.url().resolve("/api/stock/SKU-1");
        try (var servers = new LimitedServers(SERVERS, CAPACITY);
                var client = new RetryingClient(List.of(url), THROUGH_GATEWAY, RETRIES, budget::withdraw);
                var once = new RetryingClient(List.of(url), THROUGH_GATEWAY, 0, () -> false);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            FoundServers.register(gateway, SERVICE, servers, once);
            lab.step("warm-up: the gateway's code is compiled, and instances that it found late get their full share");
            Traffic.start(PER_SECOND, WARM_UP, once::send).await();
            CompletableFuture<Run> without = CompletableFuture.supplyAsync(() -> budget(lab), executor);
            Run through = run(lab, "with a budget, through the gateway", servers, number -> {
                budget.deposit();
                client.send(number);
            });
            return List.of(through, without.join());
        }
    }

    private static Run run(Lab lab, String name, LimitedServers servers, Traffic.Call call) {
        long before = servers.received();
        lab.step("%s: %d requests a second".formatted(name, PER_SECOND));
        Traffic traffic = Traffic.start(PER_SECOND, Duration.ofSeconds(END), call);
        traffic.sleepUntil(FREEZE);
        servers.freeze();
        lab.step(name + ": the servers freeze");
        traffic.sleepUntil(THAW);
        servers.thaw();
        lab.step(name + ": the servers go on");
        List<Request> requests = traffic.await();
        return new Run(name, Goodput.of(requests, END), (servers.received() - before) / (double) requests.size());
    }
}
