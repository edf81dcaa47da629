package dev.faultline.experiments.failure;

import java.time.Duration;
import java.util.List;

import dev.faultline.backing.Cleanup;
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
import dev.faultline.local.ClusterNodes;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** One of two instances is killed under load; then the only one. */
public final class IndependentFailure implements Experiment {
    private static final String KILLED = "order-service-1";
    private static final String OTHER = "order-service-2";
    private static final int PER_SECOND = 20;
    private static final Duration LENGTH = Duration.ofSeconds(12);
    private static final Duration BEFORE = Duration.ofSeconds(3);
    private static final Duration WAIT = Duration.ofSeconds(10);

    @Override
    public Description description() {
        return new Description("independent-failure", "Independent failure and failure transparency",
                "When one of two instances of order-service is killed (kill -9) under load, no caller sees an error: the gateway repeats what may be repeated on the other instance.",
                "The same with one instance only: callers must see errors until it has been restarted.",
                List.of(new Source("Waldo et al., A Note on Distributed Computing, 1994",
                        "https://doi.org/10.1007/3-540-62852-5_6")),
                List.of("gateway-service/src/main/java/dev/faultline/gateway/RetrySafely.java",
                        "local-cluster/src/main/java/dev/faultline/local/supervisor/SupervisedNode.java"),
                List.of("./faultline kill payment-service-1 while ./faultline load runs: no request fails, because nobody calls it; orders wait for its partitions",
                        "chaos/pause.sh order-service-1: a frozen instance is worse than a dead one"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        ClusterNodes nodes = lab.cluster().nodes();
        try (var platform = new PlatformClient(lab.platform()); var ready = new Nodes(lab.platform())) {
            var orders = new LoadOrders(platform, "experiment");
            orders.stock("", 1);
            Order read = orders.place(0, WAIT);
            lab.step("%d reads a second, two instances".formatted(PER_SECOND));
            Seen two = killed(lab, platform, read, "Two instances",
                    "Each dot is a read, by when it was due and how long it took.");
            Seen one;
            try (var _ = new Cleanup(() -> nodes.start(OTHER))) {
                lab.step("stopping " + OTHER);
                nodes.stop(OTHER);
                ready.awaitStopped(OTHER);
                ready.awaitReady(KILLED);
                lab.step("the same with one instance");
                one = killed(lab, platform, read, "One instance", "The control: in red, reads that failed.");
            }
            ready.awaitReady(KILLED, OTHER);
            lab.claim("before the kills no request failed", two.failed(false) + one.failed(false) == 0);
            lab.claim("with two instances, none of the requests failed after the kill", two.failed(true) == 0);
            lab.control("with one instance, %d requests failed after the kill".formatted(one.failed(true)), one.failed(
                    true) > 0);
        }
    }

    /** @param killedAt as the requests' times */
    private record Seen(List<Request> requests, double killedAt) {
        /** Requests that were due before the kill, or later. */
        long failed(boolean later) {
            return requests.stream().filter(request -> request.hasFailed() && request.dueMs() >= killedAt == later)
                    .count();
        }
    }

    /** What callers see while the instance is killed. */
    private static Seen killed(Lab lab, PlatformClient platform, Order read, String title, String caption) {
        Traffic traffic = Traffic.start(PER_SECOND, LENGTH, _ -> platform.order(read.id()));
        Polling.sleep(BEFORE);
        double at = traffic.now();
        lab.platform().kill(KILLED);
        lab.step("killed " + KILLED);
        List<Request> requests = traffic.await();
        lab.observe(title + ", longest request", "%.0f ms".formatted(requests.stream().mapToDouble(Request::tookMs)
                .max()
                .orElse(0)));
        lab.picture(title, caption, TrafficChart.svg(requests, List.of(new Event("kill -9 " + KILLED, at, at))));
        return new Seen(requests, at);
    }
}
