package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import com.sun.net.httpserver.HttpExchange;
import dev.faultline.backing.FreePorts;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as a process of its own, with its real bounds and the heap of the local layout. */
@Tag("integration")
class GatewayOverloadTest {
    private static final String HEAP = "-Xmx224m";
    /** Of placements that do not wait for the outcome, and of those that do. */
    private static final int BULKHEAD = 384;
    private static final int WAITING_BULKHEAD = 512;
    private static final int CONNECTIONS = 1000;
    private static final int REQUESTS = 3000;
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(1);
    private static final Duration TIME_TO_ACCEPT = Duration.ofSeconds(8);

    @TempDir Path directory;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger mostInFlight = new AtomicInteger();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Backend> backends = List.of(new Backend("order-service", this::accept),
            new Backend("order-service", this::accept));
    private final String bearer = TestIssuer.shared().bearerOfAll();
    private Process gateway;
    private int port;
    private int managementPort;

    @BeforeEach
    void start() throws IOException {
        List<Integer> ports = FreePorts.take(2);
        port = ports.getFirst();
        managementPort = ports.getLast();
        gateway = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), HEAP, "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-cp", System.getProperty("java.class.path"),
                GatewayServiceApplication.class.getName(), "--server.port=" + port, "--management.server.port="
                        + managementPort, "--faultline.security.issuer=" + TestIssuer.shared().uri(),
                "--spring.cloud.consul.host=" + Consul.shared().host(),
                "--spring.cloud.consul.port=" + Consul.shared().port(), "--faultline.gateway.body-timeout=3s")
                .redirectErrorStream(true)
                .redirectOutput(log().toFile()).start();
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> send(request("/api/orders/x"))
                .statusCode() == 200 && backends.stream().noneMatch(backend -> backend.received().isEmpty()));
    }

    @AfterEach
    void stop() throws InterruptedException {
        backends.forEach(Backend::close);
        gateway.destroyForcibly().waitFor();
    }

    @Test
    void survivesManyMoreRequestsThanItCanForward() throws Exception {
        var placements = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        // What is beyond this waits in the system's queue, so it would say nothing about the gateway.
        var unanswered = new Semaphore(CONNECTIONS - 100);
        var reads = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        var mostInFlightAtRead = new AtomicInteger();
        for (int i = 0; i < REQUESTS; i++) {
            unanswered.acquire();
            placements.add(http.sendAsync(placement(), BodyHandlers.ofString()).whenComplete((_, _) -> unanswered
                    .release()));
            if (i % 100 == 0) {
                reads.add(http.sendAsync(request("/api/orders/x").build(), BodyHandlers.ofString()).whenComplete((_,
                        _) -> mostInFlightAtRead.accumulateAndGet(inFlight.get(), Math::max)));
            }
        }
        for (var read : reads) {
            assertThat(read.get(90, TimeUnit.SECONDS).statusCode()).as("a read").isEqualTo(200);
        }
        assertThat(mostInFlightAtRead).as("placements that a read did not wait for").hasValueGreaterThan(BULKHEAD / 2);
        var accepted = new ArrayList<HttpResponse<String>>();
        var refused = new ArrayList<HttpResponse<String>>();
        for (var placement : placements) {
            HttpResponse<String> answer = placement.get(90, TimeUnit.SECONDS);
            (answer.statusCode() == 200 ? accepted : refused).add(answer);
        }
        assertAlive();
        assertThat(mostInFlight).hasValueLessThanOrEqualTo(BULKHEAD);
        assertThat(accepted).hasSizeGreaterThanOrEqualTo(BULKHEAD / 2);
        assertThat(refused).isNotEmpty().allSatisfy(answer -> {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body()).contains("https://faultline.dev/problems/service-busy");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        });
        backends.forEach(backend -> backend.behave(Backend.status(200, "at once")));
        var next = http.sendAsync(placement(), BodyHandlers.ofString());
        assertThat(next.get(90, TimeUnit.SECONDS).body()).isEqualTo("at once");
    }

    @Test
    void forwardsPlacementsWhileEveryPlaceOfThoseThatWaitForTheOutcomeIsTaken() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < WAITING_BULKHEAD + 50; i++) {
            waiting.add(http.sendAsync(placementThatWaits(), BodyHandlers.ofString()));
            LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> inFlight.get() == WAITING_BULKHEAD);
        backends.forEach(backend -> backend.behave(Backend.status(200, "at once")));
        assertThat(http.send(placementThatWaits(), BodyHandlers.ofString()).statusCode()).isEqualTo(503);
        assertThat(http.send(placement(), BodyHandlers.ofString()).body()).isEqualTo("at once");
        for (var placement : waiting) {
            placement.get(90, TimeUnit.SECONDS);
        }
    }

    @Test
    void survivesManyMoreClientsThanItAccepts() throws Exception {
        var clients = new ConcurrentLinkedQueue<Socket>();
        var timedOut = new AtomicInteger();
        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            var client = new Socket();
            clients.add(client);
            Thread.ofVirtual().start(() -> sendHalfARequest(client, timedOut));
            LockSupport.parkNanos(BETWEEN_REQUESTS.toNanos());
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> timedOut.get() >= CONNECTIONS || !gateway.isAlive());
        assertAlive();
        for (Socket client : clients) {
            client.close();
        }
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> send(request("/api/orders/x"))
                .statusCode() == 200);
        assertAlive();
    }

    private void sendHalfARequest(Socket client, AtomicInteger timedOut) {
        try {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            client.getOutputStream().write(
                    ("POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nAuthorization: "
                            + bearer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            var status = new String(client.getInputStream().readNBytes("HTTP/1.1 408".length()),
                    StandardCharsets.US_ASCII);
            if (status.endsWith("408")) {
                timedOut.incrementAndGet();
            }
        } catch (IOException e) {
            // not accepted before the end of the test
        }
    }

    private void accept(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            LockSupport.parkNanos(TIME_TO_ACCEPT.toNanos());
            inFlight.decrementAndGet();
        }
        // This server silently closes all but 200 of its idle connections, on which the next request would fail.
        exchange.getResponseHeaders().set("Connection", "close");
        Backend.status(200, "fine").answer(exchange);
    }

    private void assertAlive() throws IOException {
        assertThat(Files.readString(log())).doesNotContain("OutOfMemoryError");
        assertThat(gateway.isAlive()).as("the gateway is alive").isTrue();
    }

    private HttpRequest placement() {
        return request("/api/orders").POST(BodyPublishers.ofString("x".repeat(4096))).build();
    }

    private HttpRequest placementThatWaits() {
        return HttpRequest.newBuilder(placement(), (_, _) -> true).header("Prefer", "wait=8").build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(90))
                .header("Authorization", bearer);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private Path log() {
        return directory.resolve("log");
    }
}
