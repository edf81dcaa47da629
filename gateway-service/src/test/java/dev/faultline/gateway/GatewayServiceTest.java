package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.gateway.Backend.Behaviour;
import dev.faultline.gateway.Backend.Received;
import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("integration")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
    "management.server.port=0",
    "faultline.gateway.body-timeout=1s", "faultline.gateway.body-memory=1MB", "faultline.web.header-timeout=1s",
    "faultline.gateway.max-connections=" + GatewayServiceTest.CONNECTIONS, "management.tracing.export.enabled=true"})
class GatewayServiceTest {
    /** Few, so that a busy machine establishes them all in the time that the gateway gives a connection. */
    static final int CONNECTIONS = 24;
    private static final Behaviour OK = Backend.status(200, "fine");
    private static final Behaviour UNAVAILABLE = Backend.status(503, "not now");

    @LocalServerPort int port;
    @LocalManagementPort int managementPort;
    @Autowired CircuitBreakerRegistry breakers;
    @Autowired LoadBalancerClientFactory loadBalancers;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Backend> backends = new ArrayList<>();
    private final String bearer = TestIssuer.shared().bearerOfAll();

    @DynamicPropertySource
    static void infrastructure(DynamicPropertyRegistry registry) {
        registry.add("faultline.security.issuer", TestIssuer.shared()::uri);
        registry.add("spring.cloud.consul.host", Consul.shared()::host);
        registry.add("spring.cloud.consul.port", Consul.shared()::port);
    }

    @BeforeEach
    void closeCircuits() {
        breakers.getAllCircuitBreakers().forEach(CircuitBreaker::reset);
    }

    @AfterEach
    void stop() {
        backends.forEach(Backend::close);
    }

    @Test
    void servesTheDescriptionOfTheApiAndAPageThatLoadsNothingFromElsewhereToEverybody() throws Exception {
        HttpResponse<String> description = anonymous("/openapi.json");
        assertThat(JsonMapper.shared().readTree(description.body()).at("/paths/~1api~1orders/post/summary").asString())
                .isEqualTo("Place an order");

        HttpResponse<String> page = anonymous("/docs");
        assertThat(page.headers().firstValue("Content-Security-Policy")).get().asString().startsWith(
                "default-src 'self'");
        List<String> loaded = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.body()).results()
                .map(match -> match.group(1)).toList();
        assertThat(loaded).hasSize(3);
        for (String file : loaded) {
            assertThat(anonymous(file).statusCode()).as(file).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "order-service, /api/orders",
        "order-service, /api/orders/7K-06B3N8ZQ4M1V9X2W5T0C?verbose=true",
        "order-service, /api/catalogue/COFFEE-1KG",
        "inventory-service, /api/stock/COFFEE-1KG",
        "payment-service, /api/payments/7K-06B3N8ZQ4M1V9X2W5T0C"})
    void routesToDiscoveredInstancesRoundRobin(String service, String path) throws Exception {
        start(service, OK, OK);
        for (int i = 0; i < 4; i++) {
            assertThat(get(path).body()).isEqualTo("fine");
        }
        assertThat(backends).allSatisfy(
                backend -> assertThat(backend.received()).hasSize(2).allMatch(seen -> seen.path().equals(path)));
    }

    @Test
    void forwardsMethodHeadersAndBody() throws Exception {
        Backend orders = start("order-service", Backend.status(202, "{}"));
        var answer = send(request("/api/orders").header("Idempotency-Key", "k1").header("Prefer", "wait=5")
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString("{\"customer\":\"alice\"}")));
        assertThat(answer.statusCode()).isEqualTo(202);
        Received seen = orders.received().getFirst();
        assertThat(seen.method()).isEqualTo("POST");
        assertThat(seen.body()).isEqualTo("{\"customer\":\"alice\"}");
        assertThat(seen.headers()).containsEntry("Idempotency-key", List.of("k1")).containsEntry("Prefer",
                List.of("wait=5"));
    }

    /** 0.2 s less than the gateway waits, and whatever the client says. */
    @Test
    void tellsAServiceHowLongItWaits() throws Exception {
        Backend orders = start("order-service", OK);
        assertThat(send(request("/api/orders/x").header("X-Envoy-Expected-Rq-Timeout-Ms", "9000")).statusCode())
                .isEqualTo(200);
        assertThat(send(request("/api/orders").POST(BodyPublishers.ofString("{}"))).statusCode()).isEqualTo(200);
        assertThat(orders.received()).map(seen -> seen.headers().get("X-envoy-expected-rq-timeout-ms"))
                .containsExactly(List.of("2200"), List.of("14800"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /api/orders/x,       ,  2",
        "HEAD, /api/orders/x,       ,  2",
        "POST, /api/orders,         ,  1",
        "POST, /api/orders,         k, 2",
        "POST, /api/stock/A/x,      ,  1",
        "PUT,  /api/catalogue/A,    ,  1",
        "PUT,  /api/catalogue/A,    k, 1",
        "DELETE, /api/orders/x,     ,  1"})
    void retriesReadsAndOrdersWithAKeyOnly(String method, String path, String key, int attempts) throws Exception {
        String service = path.startsWith("/api/stock") ? "inventory-service" : "order-service";
        Backend backend = start(service, UNAVAILABLE);
        var request = request(path).method(method, BodyPublishers.ofString("body"));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        var answer = send(request);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).as("the service's own answer").isEqualTo("HEAD".equals(method) ? "" : "not now");
        assertThat(backend.received()).hasSize(attempts).extracting(Received::body).containsOnly("body");
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "k, 2"})
    void sendsAWriteWithoutAKeyOnceWhenItsConnectionIsClosed(String key, int attempts) throws Exception {
        Backend backend = start("order-service", OK);
        // This pools the connection that will break.
        assertThat(get("/api/orders").statusCode()).isEqualTo(200);
        backend.behave(exchange -> {
            throw new IOException("broken on purpose");
        });
        var request = request("/api/orders").POST(BodyPublishers.ofString("body"));
        assertProblem(send(key.isEmpty() ? request : request.header("Idempotency-Key", key)), 503,
                "service-unavailable");
        assertThat(backend.received()).filteredOn(seen -> seen.method().equals("POST")).hasSize(attempts);
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "k, 2"})
    void sendsAWriteWithoutAKeyOnceWhenItsConnectionIsReset(String key, int attempts) throws Exception {
        try (var backend = new ResettingBackend("order-service")) {
            awaitKnown("order-service", List.of(ResettingBackend.ID));
            var request = request("/api/orders").POST(BodyPublishers.ofString(ResettingBackend.BODY));
            assertProblem(send(key.isEmpty() ? request : request.header("Idempotency-Key", key)), 503,
                    "service-unavailable");
            assertThat(backend.received()).isEqualTo(attempts);
        }
    }

    @Test
    void hidesTheCrashOfAnInstanceFromClients() throws Exception {
        start("order-service", OK, OK);
        assertThat(get("/api/orders/x").statusCode()).isEqualTo(200);
        backends.getFirst().kill();
        for (int i = 0; i < 30; i++) {
            assertThat(get("/api/orders/x").body()).isEqualTo("fine");
            assertThat(send(request("/api/orders").header("Idempotency-Key", "k" + i)
                    .POST(BodyPublishers.ofString("body"))).body()).isEqualTo("fine");
        }
    }

    @Test
    void retriesOnAnotherInstance() throws Exception {
        start("order-service", UNAVAILABLE, OK);
        for (int i = 0; i < 30; i++) {
            assertThat(get("/api/orders/x").body()).isEqualTo("fine");
        }
    }

    @Test
    void opensTheCircuitAndReturnsRetryAfter() throws Exception {
        Backend dead = start("payment-service", OK);
        assertThat(get("/api/payments/x").statusCode()).isEqualTo(200);
        dead.kill();
        var breaker = breakers.circuitBreaker("payments");
        for (int i = 0; i < 20; i++) {
            var answer = get("/api/payments/x");
            assertProblem(answer, 503, "service-unavailable");
            assertThat(answer.body()).contains("payment-service is not available");
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("3");
        }
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker.getMetrics().getNumberOfNotPermittedCalls()).isPositive();
        assertThat(management("/actuator/health")).contains("\"payments\"").contains("CIRCUIT_OPEN");
        assertThat(management("/actuator/prometheus"))
                .containsPattern("resilience4j_circuitbreaker_state\\{.*name=\"payments\".*state=\"open\".*} 1");

        assertThat(management("/actuator/prometheus")).containsPattern(
                "faultline_gateway_retries_total\\{.*result=\"sent\",route=\"payments\"} [1-9]");

        await().atMost(Duration.ofSeconds(10)).until(() -> breaker.getState() == CircuitBreaker.State.HALF_OPEN);
        backends.removeFirst().close();
        start("payment-service", OK);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(get("/api/payments/x").body()).isEqualTo("fine");
            assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        });
    }

    @Test
    void isolatesRoutesFromEachOthersFailures() throws Exception {
        start("payment-service", OK).kill();
        for (int i = 0; i < 20; i++) {
            get("/api/payments/x");
        }
        start("inventory-service", OK);
        assertThat(get("/api/stock/x").body()).isEqualTo("fine");
    }

    @Test
    void timesOutOnASlowServiceAndDoesNotRepeatAWrite() throws Exception {
        var end = new CountDownLatch(1);
        Backend slow = start("inventory-service", _ -> waitFor(end));
        long start = System.nanoTime();
        assertProblem(get("/api/stock/x"), 504, "service-timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(5500));
        assertThat(slow.received()).hasSize(2);
        var write = send(request("/api/stock/x/receipts/r").PUT(BodyPublishers.ofString("{}")));
        assertProblem(write, 504, "service-timeout");
        assertThat(write.body()).contains("Idempotency-Key");
        assertThat(slow.received()).hasSize(3);
        end.countDown();
    }

    @Test
    void placingAnOrderMayTakeLongerThanReading() throws Exception {
        start("order-service", exchange -> {
            waitFor(new CountDownLatch(1), Duration.ofSeconds(3));
            OK.answer(exchange);
        });
        assertThat(send(request("/api/orders").header("Prefer", "wait=3").POST(BodyPublishers.ofString("{}"))).body())
                .isEqualTo("fine");
    }

    @Test
    void rejectsRequestsToABusyServiceWithoutOpeningTheCircuit() throws Exception {
        var end = new CountDownLatch(1);
        start("order-service", exchange -> {
            waitFor(end);
            OK.answer(exchange);
        });
        var answers = IntStream.range(0, 2 * CONNECTIONS)
                .mapToObj(_ -> http.sendAsync(request("/api/orders").POST(BodyPublishers.ofString("{}")).build(),
                        BodyHandlers.ofString()))
                .toList();
        await().atMost(Duration.ofSeconds(10)).until(
                () -> answers.stream().filter(CompletableFuture::isDone).count() == CONNECTIONS);
        assertThat(breakers.circuitBreaker("placing-orders").getMetrics().getNumberOfFailedCalls()).isZero();
        end.countDown();
        for (var answer : answers) {
            if (answer.get().statusCode() == 503) {
                assertProblem(answer.get(), 503, "service-busy");
                assertThat(answer.get().headers().firstValue("Retry-After")).hasValue("1");
            } else {
                assertThat(answer.get().body()).isEqualTo("fine");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rejectsABodyThatIsTooLargeWithOrWithoutAContentLength(boolean lengthAnnounced) throws Exception {
        Backend backend = start("order-service", OK);
        byte[] limit = new byte[256 * 1024];
        assertThat(send(request("/api/orders").POST(body(limit, lengthAnnounced))).statusCode()).isEqualTo(200);
        assertThat(backend.received().getFirst().body()).hasSize(limit.length);
        byte[] over = new byte[limit.length + 1];
        assertProblem(send(request("/api/orders").POST(body(over, lengthAnnounced))), 413, "body-too-large");
        assertThat(backend.received()).hasSize(1);
    }

    @Test
    void rejectsABodyThatNeverArrives() throws Exception {
        Backend backend = start("order-service", OK);
        assertThat(raw("POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"))
                .startsWith("HTTP/1.1 408").contains("application/problem+json").contains("body-too-slow");
        assertThat(backend.received()).isEmpty();
    }

    /** Each byte arrives in time; the empty lines are those that a server has to ignore before a request. */
    @ParameterizedTest
    @CsvSource({"'GET /api/orders HTTP/1.1\nX-Endless: ', x", "GE, T", "'', '\n'",
        "'POST /api/orders HTTP/1.1\nHost: x\nContent-Length: 100000\n\n', x"})
    void closesAConnectionOnWhichARequestArrivesByteByByte(String begin, String endless) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1);
            socket.getOutputStream().write(begin.getBytes(StandardCharsets.ISO_8859_1));
            await().pollInterval(Duration.ofMillis(200)).atMost(Duration.ofSeconds(60)).until(() -> {
                try {
                    socket.getOutputStream().write(endless.getBytes(StandardCharsets.ISO_8859_1));
                    return socket.getInputStream().read(new byte[4096]) < 0;
                } catch (SocketTimeoutException e) {
                    return false;
                } catch (SocketException e) {
                    return true;
                }
            });
        }
    }

    /** So that a request that exceeds them costs no verification of a token. */
    @Test
    void appliesItsLimitsBeforeItAuthenticates() throws Exception {
        assertThat(sent(
                "POST /api/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 10\r\n\r\nhalf"))
                .startsWith("HTTP/1.1 408").contains("body-too-slow");
    }

    @Test
    void rejectsBodiesWhileThoseInFlightFillTheirMemory() throws Exception {
        start("order-service", OK);
        var small = request("/api/orders").POST(BodyPublishers.ofString("x".repeat(100)));
        var incomplete = new byte[256 * 1024 - 1];
        var senders = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 4; i++) {
                var sender = new Socket(InetAddress.getLoopbackAddress(), port);
                senders.add(sender);
                sender.getOutputStream().write(authorized(
                        "POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\n").getBytes(
                                StandardCharsets.ISO_8859_1));
                sender.getOutputStream().write(incomplete);
            }
            await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertProblem(send(small), 503,
                    "too-many-bodies"));
        } finally {
            for (Socket sender : senders) {
                sender.close();
            }
        }
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(send(small).body()).isEqualTo("fine"));
    }

    @ParameterizedTest
    @ValueSource(ints = {13_000, 30_000, 36_000})
    void rejectsHeadersThatAreTooLarge(int size) throws Exception {
        Backend backend = start("order-service", OK);
        assertThat(raw("GET /api/orders HTTP/1.1\r\nHost: x\r\nX-Large: " + "x".repeat(size) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431").contains("application/problem+json").contains("headers-too-large");
        assertThat(backend.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GARBAGE, 400",
        "GET /api/orders{10000} HTTP/1.1, 404",
        "GET /api/orders/{13000} HTTP/1.1, 431",
        "GET /api/orders/{20000} HTTP/1.1, 431",
        "GET /api/orders?{13000} HTTP/1.1, 431",
        "CONNECT 127.0.0.1:80 HTTP/1.1, 501",
        "TRACE / HTTP/1.1, 405"})
    void rejectsMalformedRequests(String line, int status) throws Exception {
        Backend backend = start("order-service", OK);
        String longer = Pattern.compile("\\{(\\d+)}").matcher(line)
                .replaceAll(length -> "x".repeat(Integer.parseInt(length.group(1))));
        assertThat(raw(longer + "\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 " + status)
                .contains("application/problem+json");
        assertThat(backend.received()).isEmpty();
    }

    @Test
    void acceptsPipelinedRequests() throws Exception {
        start("order-service", OK);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            String routed = authorized("GET /api/orders HTTP/1.1\r\nHost: x\r\n\r\n");
            String refused = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
            socket.getOutputStream().write((routed + refused).getBytes(StandardCharsets.ISO_8859_1));
            assertThat(answer(socket)).contains("fine").contains("not-found");
            socket.getOutputStream().write(refused.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(answer(socket)).contains("not-found");
        }
    }

    @Test
    void rejectsCrossOriginRequestsWithAProblem() throws Exception {
        assertThat(raw(
                "OPTIONS /api/orders HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\nAccess-Control-Request-Method: PUT\r\n\r\n"))
                .startsWith("HTTP/1.1 403").contains("cross-origin");
    }

    @Test
    void assignsACorrelationIdOrKeepsTheClients() throws Exception {
        Backend backend = start("order-service", OK);
        var named = send(request("/api/orders").header("X-Correlation-Id", "my.request-1"));
        assertThat(named.headers().allValues("X-Correlation-Id")).containsExactly("my.request-1");
        assertThat(backend.received().getFirst().headers()).containsEntry("X-correlation-id", List.of("my.request-1"));

        var unsafe = send(request("/api/orders").header("X-Correlation-Id", "{jndi:x}"));
        String generated = unsafe.headers().firstValue("X-Correlation-Id").orElseThrow();
        assertThat(generated).matches("[a-f0-9]{24}");
        assertThat(backend.received().getLast().headers()).containsEntry("X-correlation-id", List.of(generated));

        assertThat(get("/nothing").headers().firstValue("X-Correlation-Id")).isPresent();
    }

    @Test
    void continuesTheCallersTrace() throws Exception {
        Backend backend = start("order-service", OK);
        String trace = "0af7651916cd43dd8448eb211c80319c";
        send(request("/api/orders").header("traceparent", "00-" + trace + "-b7ad6b7169203331-01"));
        assertThat(backend.received().getFirst().headers().getFirst("traceparent")).contains(trace)
                .doesNotContain("b7ad6b7169203331");
    }

    @ParameterizedTest
    @CsvSource({
        "/actuator, 404",
        "/actuator/health, 404",
        "/actuator/gateway/routes, 404",
        "/, 404",
        "/api, 404",
        "/api/unknown, 404",
        "/API/orders, 404",
        "/order-service/api/orders, 404",
        "/unavailable, 404",
        "/error, 404",
        "/api/ordersx, 404",
        "/api/orders/../../actuator, 400",
        "/api/orders/.., 400",
        "/api/orders/./x, 400",
        "/api/orders/%2e%2e/%2e%2e/actuator, 400",
        "/api/orders/.%2E/actuator, 400",
        "/api/orders/..%2factuator, 400",
        "/api/orders/%2F..%2Factuator, 400",
        "/api/orders/%252e%252e/actuator, 400",
        "//actuator/health, 400",
        "/api//orders, 400",
        "/api/orders;x=y, 400",
        "/api/orders/..;/..;/actuator, 400",
        "/api/orders/%3bx, 400",
        "/api/orders/%5c..%5cactuator, 400",
        "/api/orders/%00, 400",
        "/api/orders/\\..\\actuator, 400",
        "/api/orders/<x>, 400",
        "http://127.0.0.1:1/api/orders/../../actuator, 400"})
    void exposesNoInternalPaths(String path, int status) throws Exception {
        Backend backend = start("order-service", OK);
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status).containsIgnoringCase(
                "content-type: application/problem+json")
                .contains("https://faultline.dev/problems/").doesNotContain("timestamp");
        assertThat(backend.received()).isEmpty();
    }

    @Test
    void ignoresForwardedHeadersOfTheClient() throws Exception {
        Backend backend = start("order-service", OK);
        send(request("/api/orders").header("X-Forwarded-For", "10.0.0.1").header("X-Forwarded-Host", "evil")
                .header("X-Forwarded-Proto", "https").header("X-Forwarded-Prefix", "/evil")
                .header("Forwarded", "for=10.0.0.1;host=evil"));
        assertThat(backend.received().getFirst().headers().entrySet()).noneMatch(
                header -> header.getKey().toLowerCase(java.util.Locale.ROOT).contains("forwarded")
                        || header.getValue().toString().contains("evil"));
    }

    @Test
    void hidesTheServicesBehindIt() throws Exception {
        start("order-service", exchange -> {
            exchange.getResponseHeaders().set("Server", "Tomcat");
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:8123/api/orders/7K-1");
            Backend.status(202, "{}").answer(exchange);
        });
        var answer = send(request("/api/orders").POST(BodyPublishers.ofString("{}")));
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/orders/7K-1");
        assertThat(answer.headers().firstValue("Server")).isEmpty();
        assertThat(answer.headers().map().toString()).doesNotContain("8123");
    }

    @Test
    void forwardsMethodsThatAServiceDoesNotAllow() throws Exception {
        start("order-service", Backend.status(405, "no"));
        assertThat(send(request("/api/orders").method("PATCH", BodyPublishers.noBody())).statusCode()).isEqualTo(405);
    }

    @Test
    void isReadyOnItsManagementPort() throws Exception {
        assertThat(management("/actuator/health/readiness")).contains("UP");
    }

    /** Starts instances of a service and waits until the gateway knows exactly these. */
    private Backend start(String service, Behaviour... behaviours) {
        var started = Arrays.stream(behaviours).map(behaviour -> new Backend(service, behaviour)).toList();
        backends.addAll(started);
        awaitKnown(service, started.stream().map(Backend::id).toList());
        return started.getFirst();
    }

    private void awaitKnown(String service, List<String> ids) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(
                loadBalancers.getInstance(service, ServiceInstanceListSupplier.class).get().blockFirst())
                .extracting(ServiceInstance::getInstanceId).containsExactlyInAnyOrderElementsOf(ids));
    }

    private static void waitFor(CountDownLatch latch) {
        waitFor(latch, Duration.ofSeconds(30));
    }

    private static void waitFor(CountDownLatch latch, Duration atMost) {
        try {
            boolean _ = latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BodyPublisher body(byte[] bytes, boolean lengthAnnounced) {
        return lengthAnnounced
                ? BodyPublishers.ofByteArray(bytes)
                : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String slug) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JsonMapper.shared().readTree(answer.body());
        assertThat(problem.get("type").asString()).isEqualTo("https://faultline.dev/problems/" + slug);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(Stream.of("title", "detail")).allMatch(problem::has);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(20))
                .header("Authorization", bearer);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private HttpResponse<String> anonymous(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private String management(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path)).build(),
                BodyHandlers.ofString()).body();
    }

    private String authorized(String request) {
        return request.replaceFirst("Host: x\r\n", "Host: x\r\nAuthorization: " + bearer + "\r\n");
    }

    /** Sends the text, with a token, and returns the response. */
    private String raw(String request) throws IOException {
        return sent(authorized(request));
    }

    private String sent(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return answer(socket);
        }
    }

    /** Reads up to the end of a problem or of the connection. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        var answer = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            answer.append((char) b);
            if (b == '}') {
                break;
            }
        }
        return answer.toString();
    }

    /** docs/security.md. The gateway refuses whom a service would refuse, and leaves it to the service to hide what is another's. */
    @Test
    void whatTheAuthorizationTableForbidsDoesNotPassTheGateway() throws Exception {
        List.of("order-service", "inventory-service", "payment-service").forEach(service -> start(service, OK));
        assertThat(AuthorizationTable.ofThePublicApi().violationsAtGateway(TestIssuer.shared(), port, Map.of("sku",
                "MUG", "id", "7K-06B3N8ZQ4M1V9X2W5T0C"))).isEmpty();
    }

    @Test
    void aClientGetsItsTokenThroughTheGateway() throws Exception {
        Backend identity = start("identity-service", Backend.status(200, "a token"));
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/oauth2/token")).header(
                "Authorization", "Basic YWxpY2U6c2VjcmV0").POST(BodyPublishers.ofString(
                        "grant_type=client_credentials"));
        assertThat(send(request).body()).isEqualTo("a token");
        Received seen = identity.received().getFirst();
        assertThat(seen.headers()).containsEntry("Authorization", List.of("Basic YWxpY2U6c2VjcmV0"));
        assertThat(seen.body()).isEqualTo("grant_type=client_credentials");
        assertThat(get("/oauth2/revoked-tokens").statusCode()).isEqualTo(404);
    }
}
