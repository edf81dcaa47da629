package dev.faultline.experiments.caching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Nodes;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.verification.client.PlatformClient;

/** Many clients that ask for one product at once, in the moment in which the gateway's entry has expired. */
final class Herd {
    static final int CLIENTS = 300;
    static final String SKU = "EXPERIMENT";
    /** For which order-service says that a product may be given to everybody, and a little more. */
    static final Duration EXPIRED = Duration.ofMillis(2_200);
    /** For which a read takes, while the herd comes. */
    static final Duration SLOW = Duration.ofMillis(400);
    private static final List<String> SERVICES = List.of("order-service-1", "order-service-2");
    private static final String GATEWAY = "gateway-service-1";

    private final ProductTables tables;
    private final PlatformClient client;
    private final Nodes nodes;

    Herd(ProductTables tables, PlatformClient client, Nodes nodes) {
        this.tables = tables;
        this.client = client;
        this.nodes = nodes;
    }

    /**
     * What became of one herd.
     *
     * @param arrived requests for the product that order-service has answered
     */
    record Result(List<Request> requests, long arrived) {
        double p99() {
            return Traffic.percentile(requests, 99);
        }

        long failed() {
            return Traffic.failed(requests);
        }
    }

    Result come() {
        Polling.sleep(EXPIRED);
        double before = arrived();
        List<Request> requests;
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var asking = new ArrayList<Future<Request>>();
            tables.whileHeld(() -> {
                long start = System.nanoTime();
                for (int i = 0; i < CLIENTS; i++) {
                    asking.add(clients.submit(() -> ask(start)));
                }
                Polling.sleep(SLOW);
            });
            requests = asking.stream().map(Herd::result).toList();
        }
        return new Result(requests, Math.round(arrived() - before));
    }

    private Request ask(long start) {
        double due = (System.nanoTime() - start) / 1e6;
        String error = null;
        try {
            client.price(SKU);
        } catch (FaultlineException e) {
            error = String.valueOf(e.getMessage());
        }
        return new Request(due, (System.nanoTime() - start) / 1e6 - due, error);
    }

    private static Request result(Future<Request> request) {
        try {
            return request.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Reads of products that order-service has answered since it started. */
    double arrived() {
        return SERVICES.stream().mapToDouble(node -> nodes.metric(node, "http_server_requests_seconds_count",
                "uri=\"/api/catalogue/{sku}\"", "method=\"GET\"")).sum();
    }

    /** @param result {@code hit}, {@code miss} or {@code coalesced} */
    double gets(String result) {
        return nodes.metric(GATEWAY, "cache_gets_total", "cache=\"catalogue\"", "result=\"" + result + "\"");
    }
}
