package dev.faultline.experiments.failure;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

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
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** An instance freezes: how long until Consul says so, and what callers notice before and after. */
public final class FailureDetection implements Experiment {
    private static final String SERVICE = "order-service";
    private static final String FROZEN = SERVICE + "-1";
    private static final int PER_SECOND = 20;
    private static final Duration LENGTH = Duration.ofSeconds(25);
    private static final Duration BEFORE = Duration.ofSeconds(3);
    private static final Duration WAIT = Duration.ofSeconds(10);
    /** Two checks of two seconds, a second apart, and the way to the gateway. */
    private static final Duration DETECTED = Duration.ofSeconds(10);
    private static final Duration FROZEN_AFTERWARDS = Duration.ofSeconds(5);
    /** The gateway waits so long for an instance before it asks the other one. */
    private static final double SLOW_MS = 2_400;
    private static final Duration LONG_TTL = Duration.ofSeconds(60);

    @Override
    public Description description() {
        return new Description("failure-detection", "Service discovery and failure detection",
                "Consul asks each instance once a second. A frozen one is out of rotation within ten seconds, and from then on no request waits for it. A request that has reached it before waits for the gateway's timeout and is answered by the other instance.",
                "An instance with a heartbeat that may be a minute old: Consul must still call it healthy when the frozen one is out.",
                List.of(new Source(
                        "Chandra, Toueg, Unreliable Failure Detectors for Reliable Distributed Systems, 1996",
                        "https://doi.org/10.1145/226643.226647"), new Source("Consul, Define health checks",
                                "https://developer.hashicorp.com/consul/docs/register/health-check/vm")),
                List.of("discovery/src/main/java/dev/faultline/discovery/WatchedInstances.java",
                        "libs/service-defaults/src/main/resources/service-defaults.yml"),
                List.of("./faultline kill order-service-1 instead of freezing it: connections are refused at once, and the gateway does not have to wait",
                        "SPRING_CLOUD_CONSUL_DISCOVERY_HEALTHCHECKINTERVAL=5s ./faultline up"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        String control = "experiment-" + UUID.randomUUID();
        try (var client = new PlatformClient(platform);
                var nodes = new Nodes(platform);
                var _ = new Cleanup(() -> nodes.deregister(control))) {
            var orders = new LoadOrders(client, "experiment");
            orders.stock("", 1);
            String read = orders.place(0, WAIT).id();
            double frozen;
            double detected;
            double resumed;
            boolean isDetected;
            boolean controlIsHealthy;
            Traffic traffic = Traffic.start(PER_SECOND, LENGTH, _ -> client.order(read));
            try (var _ = new Cleanup(() -> platform.resume(FROZEN))) {
                Polling.sleep(BEFORE);
                nodes.registerHeartbeat(control, LONG_TTL);
                frozen = traffic.now();
                platform.pause(FROZEN);
                lab.step(FROZEN + " is frozen (SIGSTOP); the last heartbeat of the control was just now");
                isDetected = Polling.until(DETECTED, () -> !nodes.healthy(SERVICE).contains(FROZEN));
                detected = traffic.now();
                controlIsHealthy = nodes.healthy(control).size() == 1;
                Polling.sleep(FROZEN_AFTERWARDS);
                resumed = traffic.now();
            }
            lab.step(FROZEN + " goes on");
            boolean returned = Polling.until(DETECTED, () -> nodes.healthy(SERVICE).contains(FROZEN));
            double returnedAfter = traffic.now() - resumed;
            List<Request> requests = traffic.await();
            nodes.awaitReady(FROZEN);

            long slowBefore = slow(requests, frozen, detected);
            long slowAfter = slow(requests, detected, resumed);
            lab.observe("out of rotation after", isDetected ? "%.1f s".formatted((detected - frozen) / 1e3)
                    : "not in time");
            lab.observe("back in rotation after", returned ? "%.1f s".formatted(returnedAfter / 1e3) : "not in time");
            lab.observe("requests that waited for it (2.4 s or longer), until it was out of rotation", Long.toString(
                    slowBefore));
            lab.observe("the same, while it was out of rotation", Long.toString(slowAfter));
            lab.picture("Reads", "Each dot is a read through the gateway, by when it was due and how long it took.",
                    TrafficChart.svg(requests, List.of(new Event("frozen, in rotation", frozen, detected), new Event(
                            "out of rotation", detected, resumed))));
            lab.claim("it was out of rotation within %d s".formatted(DETECTED.toSeconds()), isDetected);
            lab.claim("no request failed", requests.stream().noneMatch(Request::hasFailed));
            lab.claim("once it was out of rotation, no request waited for it", slowAfter == 0);
            lab.claim("it returned by itself", returned);
            lab.control("the instance with a heartbeat a minute old was still called healthy after %.1f s".formatted(
                    (detected - frozen) / 1e3), controlIsHealthy);
        }
    }

    private static long slow(List<Request> requests, double fromMs, double toMs) {
        return requests.stream().filter(request -> request.dueMs() >= fromMs && request.dueMs() < toMs && request
                .tookMs() > SLOW_MS).count();
    }
}
