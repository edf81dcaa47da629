package dev.faultline.experiments.failure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
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
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** An instance moves to another address under load, and only those notice who had its address. */
public final class LocationTransparency implements Experiment {
    private static final String SERVICE = "order-service";
    private static final String MOVED = SERVICE + "-1";
    private static final int PER_SECOND = 12;
    /** Every fourth request is an order, which also goes through Kafka; the others read one. */
    private static final int AN_ORDER = 4;
    private static final int DIRECT_PER_SECOND = 4;
    private static final Duration AT_MOST = Duration.ofMinutes(3);
    private static final Duration BEFORE = Duration.ofSeconds(4);
    private static final Duration AFTER = Duration.ofSeconds(10);
    private static final Duration IN_ROTATION = Duration.ofSeconds(15);
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @Override
    public Description description() {
        return new Description("location-transparency", "Location transparency",
                "An instance of order-service moves to another port under load. Its callers know a name and not an address: no request through the gateway fails, and soon the instance serves requests at its new address.",
                "A client that was told the instance's address: after the move, none of its requests may be answered.",
                List.of(new Source("Birrell, Nelson, Implementing Remote Procedure Calls (binding), 1984",
                        "https://doi.org/10.1145/2080.357392"), new Source(
                                "Saltzer, On the Naming and Binding of Network Destinations, RFC 1498",
                                "https://www.rfc-editor.org/rfc/rfc1498")),
                List.of("discovery/src/main/java/dev/faultline/discovery/WatchedInstances.java",
                        "libs/service-defaults/src/main/java/dev/faultline/service/DeregistrationOnShutdown.java",
                        "gateway-service/src/main/java/dev/faultline/gateway/Routes.java"),
                List.of("./faultline restart payment-service-2 --port 18099, and ./faultline order meanwhile",
                        "./faultline kill order-service-1: it leaves without saying so, and callers are sent to another instance by their own retries"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        ClusterNodes cluster = lab.cluster().nodes();
        try (var client = new PlatformClient(platform);
                var nodes = new Nodes(platform);
                var direct = new DirectClient(platform)) {
            var orders = new LoadOrders(client, "experiment");
            orders.stock("", PER_SECOND * (int) AT_MOST.toSeconds());
            String read = orders.place(0, WAIT).id();
            URI old = cluster.url(MOVED);
            int port = FreePorts.take(1).getFirst();
            double leaves;
            double arrived;
            double end;
            boolean serves;
            String address;
            List<Request> through;
            List<Request> fixed;
            try (var _ = new Cleanup(() -> cluster.restart(MOVED, lab.progress()))) {
                Traffic traffic = Traffic.start(PER_SECOND, AT_MOST, number -> {
                    if (number % AN_ORDER != 0) {
                        client.order(read);
                    } else if (!orders.place(number + 1, WAIT).isComplete()) {
                        throw new FaultlineException("The order is not complete within " + WAIT.toSeconds() + " s.");
                    }
                });
                Traffic toTheAddress = Traffic.start(DIRECT_PER_SECOND, AT_MOST, _ -> direct.read(old, read));
                Polling.sleep(BEFORE);
                lab.step(MOVED + " moves from port " + old.getPort() + " to " + port);
                leaves = traffic.now();
                cluster.move(MOVED, port, lab.progress());
                arrived = traffic.now();
                address = cluster.url(MOVED).toString();
                direct.read(cluster.url(MOVED), read);
                serves = Polling.until(IN_ROTATION, () -> served(nodes) > 1);
                Polling.sleep(AFTER);
                end = traffic.now();
                traffic.stop();
                toTheAddress.stop();
                through = traffic.await();
                fixed = toTheAddress.await();
                lab.observe("requests that it served at the new address", "%.0f".formatted(served(nodes) - 1));
                lab.step(MOVED + " moves back");
            }
            var before = fixed.stream().filter(request -> request.dueMs() < leaves).toList();
            var after = fixed.stream().filter(request -> request.dueMs() > arrived).toList();
            var events = List.of(new Event("moving", leaves, arrived), new Event("at the new address", arrived, end));
            lab.observe("address before, and after", old + ", " + address);
            lab.observe("from leaving the old address to ready at the new one", "%.1f s".formatted((arrived - leaves)
                    / 1e3));
            lab.observe("requests through the gateway", "%d, of which %d failed".formatted(through.size(), Traffic
                    .failed(
                            through)));
            lab.observe("requests to the old address after the move", "%d, of which %d failed".formatted(after.size(),
                    Traffic.failed(after)));
            lab.picture("Through the gateway",
                    "Each dot is a request, by when it was due and how long it took: three reads, then an order.",
                    TrafficChart.svg(through, events));
            lab.picture("To the address that the instance had", "In red, what was not answered.", TrafficChart.svg(
                    fixed, events));
            lab.claim("no request through the gateway failed", !through.isEmpty() && Traffic.failed(through) == 0);
            lab.claim("the instance served requests at its new address", serves);
            lab.control("all %d requests to its old address were answered before the move, and none of %d after it"
                    .formatted(before.size(), after.size()), !before.isEmpty() && Traffic.failed(before) == 0 && !after
                            .isEmpty() && Traffic.failed(after) == after.size());
        }
    }

    /** Requests that the process has answered, which began at the new address. */
    private static double served(Nodes nodes) {
        return nodes.metric(MOVED, "http_server_requests_seconds_count", "uri=\"/api/orders");
    }

    /** Reads orders from an instance, by its address. */
    private static final class DirectClient implements AutoCloseable {
        private final Credentials credentials;
        private final HttpClient http;

        DirectClient(Target platform) {
            this.credentials = platform.credentials();
            var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
            credentials.tls().ifPresent(builder::sslContext);
            this.http = builder.build();
        }

        /** @throws FaultlineException if it is not answered with the order */
        void read(URI instance, String order) {
            try {
                int status = http.send(HttpRequest.newBuilder(instance.resolve("/api/orders/" + order)).timeout(TIMEOUT)
                        .header("Authorization", credentials.bearer(Credentials.SHOP)).build(), BodyHandlers
                                .discarding()).statusCode();
                if (status != 200) {
                    throw new FaultlineException(instance + " answered with " + status + ".");
                }
            } catch (IOException e) {
                throw new FaultlineException(instance + " does not answer: " + e, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FaultlineException("Interrupted.", e);
            }
        }

        @Override
        public void close() {
            http.shutdownNow();
        }
    }
}
