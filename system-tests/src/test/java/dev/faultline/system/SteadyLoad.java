package dev.faultline.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An open-loop load generator that reads from every service after each order. The orders have no idempotency key, so that no
 * component may retry them and hide a failure.
 */
final class SteadyLoad implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final URI gateway;
    private final Credentials credentials;
    private final List<String> skus;
    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong slowestMs = new AtomicLong();
    private final Thread clock;

    SteadyLoad(Target target, int perSecond, List<String> skus) {
        this.gateway = target.gatewayUrl();
        this.credentials = target.credentials();
        this.skus = skus;
        this.clock = Thread.ofVirtual().name("steady-load").start(() -> run(1_000_000_000L / perSecond));
    }

    private void run(long everyNanos) {
        long due = System.nanoTime();
        for (int number = 0; !Thread.currentThread().isInterrupted(); number++) {
            int order = number;
            requests.execute(() -> placeAndRead(order));
            due += everyNanos;
            for (long left = due - System.nanoTime(); left > 0 && !Thread.currentThread().isInterrupted(); left = due
                    - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private void placeAndRead(int number) {
        String sku = skus.get(number % skus.size());
        String placed = send(request("/api/orders").POST(HttpRequest.BodyPublishers.ofString("""
                {"customer": "steady-%d", "paymentMethod": "card-visa", "lines": [{"sku": "%s", "quantity": 1}]}"""
                .formatted(number % 97, sku))), 299);
        if (placed != null) {
            String id = JsonMapper.shared().readTree(placed).get("id").asString();
            accepted.add(id);
            send(request("/api/orders/" + id).GET(), 299);
            send(request("/api/stock/" + sku).GET(), 299);
            send(request("/api/payments/" + id).GET(), 404); // it may not exist yet
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path)).timeout(Duration.ofSeconds(30)).header("Content-Type",
                "application/json").header("Authorization", credentials.bearer(Credentials.SHOP));
    }

    /** Returns the body; records a failure and returns null if the status is higher or there is no response. */
    private @Nullable String send(HttpRequest.Builder request, int highestStatus) {
        long begin = System.nanoTime();
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() <= highestStatus) {
                return response.body();
            }
            failures.add(response.request().method() + " " + response.uri().getPath() + ": " + response.statusCode()
                    + " " + response.body());
        } catch (IOException e) {
            failures.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            slowestMs.accumulateAndGet((System.nanoTime() - begin) / 1_000_000, Math::max);
        }
        return null;
    }

    /** The ids of the orders accepted so far. */
    List<String> accepted() {
        return List.copyOf(accepted);
    }

    /** Error responses, and requests without a response. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    long slowestMs() {
        return slowestMs.get();
    }

    /** Stops placing orders, and returns when every response has arrived. */
    @Override
    public void close() {
        clock.interrupt();
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requests.close();
        http.close();
    }
}
