package dev.faultline.system;

import static dev.faultline.system.SharedCluster.CLUSTER;
import static dev.faultline.system.SharedCluster.OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.history.History;
import dev.faultline.verification.history.HistoryChecker;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.reading.HistoryReader;
import dev.faultline.verification.seed.Seeding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Orders on the whole platform: confirmed, out of stock, declined, repeated and invalid ones, and failing nodes. */
@Tag("integration")
@ExtendWith(SharedCluster.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlatformIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final LocalTarget TARGET = new LocalTarget(CLUSTER);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final List<String> SKUS = IntStream.range(0, 12).mapToObj(i -> "IT-" + i).toList();

    private final String customer = "customer-" + UUID.randomUUID();

    @BeforeAll
    static void addStock() {
        for (String sku : SKUS) {
            await().atMost(Duration.ofSeconds(60)).until(() -> product(sku).statusCode() == 200);
            await().atMost(Duration.ofSeconds(60)).until(() -> receipt(sku, "first", 1_000).statusCode() < 300);
        }
    }

    @AfterAll
    static void close() {
        HTTP.close();
    }

    private static HttpResponse<String> product(String sku) throws IOException, InterruptedException {
        return send(request("/api/catalogue/" + sku).PUT(body("""
                {"name": "A product", "price": {"minorUnits": 1250, "currency": "EUR"}}""")));
    }

    private static HttpResponse<String> receipt(String sku, String id, int quantity)
            throws IOException, InterruptedException {
        return send(request("/api/stock/" + sku + "/receipts/" + id).PUT(body("{\"quantity\": " + quantity + "}")));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(CLUSTER.gatewayUrl() + path)).timeout(Duration.ofSeconds(30))
                .header("Authorization", TARGET.credentials().bearer(path.matches("/api/(catalogue|stock)/.*")
                        ? Credentials.CLERK
                        : Credentials.SHOP)).header("Content-Type", "application/json");
    }

    private static HttpRequest.Builder asOperator(URI uri) {
        return HttpRequest.newBuilder(uri).header("Authorization", TARGET.credentials().bearer(Credentials.OPERATOR));
    }

    private static HttpRequest.BodyPublisher body(String json) {
        return HttpRequest.BodyPublishers.ofString(json);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    private String order(String paymentMethod, int quantity, String... skus) {
        return "{\"customer\": \"" + customer + "\", \"paymentMethod\": \"" + paymentMethod + "\", \"lines\": ["
                + List.of(skus).stream().map(sku -> "{\"sku\": \"" + sku + "\", \"quantity\": " + quantity + "}")
                        .collect(Collectors.joining(", "))
                + "]}";
    }

    private static HttpResponse<String> place(String json, String key) throws IOException, InterruptedException {
        return send(request("/api/orders").header("Idempotency-Key", key).header("Prefer", "wait=10").POST(body(json)));
    }

    private static JsonNode completed(HttpResponse<String> placed) throws Exception {
        assertThat(placed.statusCode()).as(placed.body()).isIn(200, 202);
        String path = placed.headers().firstValue("Location").orElseThrow();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !json(send(request(path).GET())).get("status").asString().equals("PENDING"));
        return json(send(request(path).GET()));
    }

    private static JsonNode stock(String sku) throws IOException, InterruptedException {
        return json(send(request("/api/stock/" + sku).GET()));
    }

    private static List<String> states(JsonNode order) {
        return order.get("timeline").valueStream().map(step -> step.get("state").asString()).toList();
    }

    private static List<String> charges(String orderId) throws IOException, InterruptedException {
        var payment = asOperator(URI.create(CLUSTER.acquirerUrl() + "/payments/" + orderId)).build();
        HttpResponse<String> response = HTTP.send(payment, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() == 404 ? List.of() : List.of(json(response).get("status").asString());
    }

    @Test
    void confirmsAnOrderWhoseLinesAreOnBothShards() throws Exception {
        JsonNode order = completed(place(order("card-visa", 2, SKUS.toArray(String[]::new)), "k"));
        assertThat(order.get("status").asString()).as(order.toString()).isEqualTo("CONFIRMED");
        assertThat(states(order)).containsExactly("RESERVING_STOCK", "CHARGING_PAYMENT",
                "CONFIRMED");
        assertThat(order.get("total").get("minorUnits").asInt()).isEqualTo(2 * SKUS.size() * 1250);
        JsonNode payment = json(send(request("/api/payments/" + order.get("id").asString()).GET()));
        assertThat(payment.get("status").asString()).isEqualTo("CHARGED");
        assertThat(charges(order.get("id").asString())).containsExactly("CHARGED");
    }

    @Test
    void rejectsAnOrderThatIsPartlyOutOfStockAndReservesNothing() throws Exception {
        String scarce = "SCARCE-" + UUID.randomUUID().toString().substring(0, 8).toUpperCase(java.util.Locale.ROOT);
        assertThat(product(scarce).statusCode()).isEqualTo(200);
        assertThat(receipt(scarce, "first", 3).statusCode()).isLessThan(300);
        int before = stock("IT-1").get("available").asInt() + stock("IT-1").get("reserved").asInt();
        JsonNode order = completed(place(order("card-visa", 4, "IT-1", scarce, "IT-2", "IT-3"), "k"));
        assertThat(order.get("status").asString()).isEqualTo("REJECTED");
        assertThat(order.get("rejection").get("code").asString()).isEqualTo("OUT_OF_STOCK");
        assertThat(order.get("rejection").get("sku").asString()).isEqualTo(scarce);
        assertThat(stock(scarce).get("available").asInt()).isEqualTo(3);
        assertThat(stock("IT-1").get("available").asInt() + stock("IT-1").get("reserved").asInt()).isEqualTo(before);
        assertThat(charges(order.get("id").asString())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"card-declined, insufficient-funds", "card-expired, expired-card"})
    void releasesStockWhenPaymentIsDeclined(String card, String reason) throws Exception {
        String sku = "ONLY-" + UUID.randomUUID().toString().substring(0, 8).toUpperCase(java.util.Locale.ROOT);
        assertThat(product(sku).statusCode()).isEqualTo(200);
        assertThat(receipt(sku, "first", 5).statusCode()).isLessThan(300);
        JsonNode order = completed(place(order(card, 5, sku), "k"));
        assertThat(order.get("status").asString()).isEqualTo("REJECTED");
        assertThat(order.get("rejection").get("code").asString()).isEqualTo("PAYMENT_DECLINED");
        assertThat(order.get("rejection").get("detail").asString()).isEqualTo(reason);
        assertThat(states(order)).containsExactly("RESERVING_STOCK", "CHARGING_PAYMENT", "RELEASING_STOCK",
                "REJECTED");
        assertThat(stock(sku).get("available").asInt()).isEqualTo(5);
        assertThat(stock(sku).get("reserved").asInt()).isZero();
    }

    /** Last: its failures stay in the windows of the circuit breakers, which would then refuse other tests' payments. */
    @Test
    @Order(Integer.MAX_VALUE)
    void neverLeavesACustomerChargedWhenTheAcquirerTimesOutAfterCharging() throws Exception {
        var faults = URI.create(CLUSTER.acquirerUrl() + "/faults");
        HTTP.send(asOperator(faults).header("Content-Type", "application/json")
                .PUT(body("{\"timeoutAfterChargeShare\": 1.0}")).build(), HttpResponse.BodyHandlers.discarding());
        HttpResponse<String> placed;
        try {
            placed = place(order("card-visa", 1, "IT-4"), "k");
            String path = placed.headers().firstValue("Location").orElseThrow();
            await().atMost(Duration.ofSeconds(60)).until(() -> states(json(send(request(path).GET()))).size() > 2);
        } finally {
            HTTP.send(asOperator(faults).DELETE().build(), HttpResponse.BodyHandlers.discarding());
        }
        String path = placed.headers().firstValue("Location").orElseThrow();
        await().atMost(Duration.ofSeconds(90))
                .until(() -> !json(send(request(path).GET())).get("status").asString().equals("PENDING"));
        JsonNode order = json(send(request(path).GET()));
        assertThat(order.get("status").asString()).isEqualTo("REJECTED");
        assertThat(charges(order.get("id").asString())).doesNotContain("CHARGED");
    }

    @Test
    void placesARepeatedRequestOnce() throws Exception {
        String json = order("card-visa", 1, "IT-5");
        JsonNode first = completed(place(json, "same"));
        JsonNode second = completed(place(json, "same"));
        assertThat(second.get("id")).isEqualTo(first.get("id"));
        assertThat(json(send(request("/api/orders?customer=" + customer).GET())).get("orders").size()).isEqualTo(1);
        assertThat(place(order("card-visa", 2, "IT-5"), "same").statusCode()).isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{ | 400 | malformed-request", "[] | 400 | malformed-request",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[]} | 422 | invalid-request",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"UNICORN\",\"quantity\":1}]} | 422 | unknown-sku",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"IT-1\",\"quantity\":0}]} | 422 | invalid-request",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"IT-1\",\"quantity\":-3}]} | 422 | invalid-request",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"IT-1\",\"quantity\":1000000}]} | 422 | invalid-request",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"currency\":\"USD\",\"lines\":[{\"sku\":\"IT-1\",\"quantity\":1}]} | 422 | wrong-currency",
        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"IT-1\",\"quantity\":1},{\"sku\":\"IT-1\",\"quantity\":1}]} | 422 | duplicate-line"})
    void explainsWhatIsWrongWithAnOrder(String json, int status, String type) throws Exception {
        assertProblem(send(request("/api/orders").POST(body(json))), status, type);
    }

    @Test
    void explainsWhatIsWrongWithARequest() throws Exception {
        String line = "{\"sku\":\"IT-1\",\"quantity\":1}";
        assertProblem(
                send(request("/api/orders").POST(body("{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":["
                        + IntStream.range(0, 101).mapToObj(i -> line).collect(Collectors.joining(",")) + "]}"))),
                422, "invalid-request");
        assertProblem(send(request("/api/orders").POST(body(" ".repeat(400_000)))), 413, "body-too-large");
        assertProblem(send(request("/api/orders").setHeader("Content-Type", "text/plain").POST(body("hello"))), 415,
                "unsupported-media-type");
        assertProblem(send(request("/api/orders/7K-06B3N8ZQ4M1V9X2W5T0C").GET()), 404, "unknown-order");
        assertProblem(send(request("/api/orders/no-such-form").GET()), 422, "invalid-request");
        assertProblem(send(request("/api/payments/7K-06B3N8ZQ4M1V9X2W5T0C").GET()), 404, "unknown-payment");
        assertProblem(send(request("/api/stock/NEVER-RECEIVED").GET()), 404, "no-such-stock");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValueSatisfying(
                contentType -> assertThat(contentType).startsWith("application/problem+json"));
        assertThat(json(response).get("type").asString()).isEqualTo("https://faultline.dev/problems/" + type);
        assertThat(response.body()).doesNotContain("Exception", "java.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator", "/actuator/health", "/api/orders/../../actuator/health", "/faults",
        "/payments/x",
        "/api/orders/..%2f..%2factuator/health", "/", "/api", "/api/orders/;/../../actuator"})
    void exposesNothingInternalThroughTheGateway(String path) throws Exception {
        HttpResponse<String> response = send(request(path).GET());
        assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
        assertThat(response.body()).doesNotContain("\"status\":\"UP\"", "_links");
    }

    /** Twice, as after an interruption, and then more of them. */
    @Test
    void seedsOrdersForWhichEveryGuaranteeHolds() {
        for (int orders : List.of(1_000, 1_000, 11_000)) {
            new Seeding(TARGET, (subject, what) -> {}).run(orders);
        }
        var reader = new HistoryReader(TARGET);
        assertThat(reader.awaitQuiescence(Duration.ofMinutes(2), _ -> {})).isPresent();
        History history = reader.read();
        assertThat(history.orders()).isGreaterThanOrEqualTo(11_000);
        assertThat(HistoryChecker.check(history)).isEmpty();
    }

    @Test
    void movesAnInstanceThatIsFoundThroughConsulAndNoOther() throws Exception {
        int port = FreePorts.take(1).getFirst();
        URI before = CLUSTER.nodes().url("payment-service-2");
        assertThatThrownBy(() -> CLUSTER.nodes().move("gateway-service-1", port, OUT)).isInstanceOf(
                FaultlineException.class)
                .hasMessageContaining("cannot listen on another port").hasMessageContaining("payment-service-2");

        CLUSTER.nodes().move("payment-service-2", port, OUT);
        assertThat(CLUSTER.nodes().url("payment-service-2").getPort()).isEqualTo(port);
        assertThat(completed(place(order("card-visa", 1, "IT-6"), "moved")).get("status").asString()).isEqualTo(
                "CONFIRMED");

        CLUSTER.nodes().restart("payment-service-2", OUT);
        assertThat(CLUSTER.nodes().url("payment-service-2")).isEqualTo(before);
    }

    @Test
    void restartsAKilledNodeAndKeepsTakingOrders() throws Exception {
        long before = CLUSTER.nodes().kill("payment-service-1", "KILL");
        JsonNode order = completed(place(order("card-visa", 1, "IT-6"), "k"));
        assertThat(order.get("status").asString()).isEqualTo("CONFIRMED");
        await().atMost(Duration.ofSeconds(90)).until(() -> CLUSTER.nodes().list().stream().anyMatch(
                node -> node.name().equals("payment-service-1") && node.state() == NodeState.READY && node
                        .restarts() > 0
                        && node.pid().isPresent() && node.pid().getAsLong() != before));
    }

    /** Each instance is in rotation again before the next one stops. */
    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "payment-service"})
    void failsNoRequestAndLosesNoOrderDuringARollingRestartUnderLoad(String service) throws Exception {
        var load = new SteadyLoad(TARGET, 8, SKUS);
        try (load) {
            await().atMost(Duration.ofSeconds(30)).until(() -> load.accepted().size() >= 40);
            for (String instance : List.of(service + "-1", service + "-2")) {
                long begin = System.nanoTime();
                CLUSTER.nodes().stop(instance);
                awaitState(instance, NodeState.STOPPED);
                System.out.printf("%s: stopped %d ms after SIGTERM%n", instance, (System.nanoTime() - begin)
                        / 1_000_000);
                CLUSTER.nodes().start(instance);
                awaitState(instance, NodeState.READY);
                await().atMost(Duration.ofSeconds(30)).until(() -> inRotation(service) == 2);
            }
        }
        System.out.printf("%s: %d orders, slowest response %d ms, failures: %s%n", service, load.accepted().size(), load
                .slowestMs(), load.failures());
        assertThat(load.failures()).isEmpty();
        var slowest = new AtomicReference<>(Duration.ZERO);
        for (String order : load.accepted()) {
            await().pollDelay(Duration.ZERO).atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                JsonNode found = json(send(request("/api/orders/" + order).GET()));
                assertThat(found.get("status").asString()).as(found.toString()).isEqualTo("CONFIRMED");
                var took = Duration.between(time(found, "placedAt"), time(found, "settledAt"));
                if (took.compareTo(slowest.get()) > 0) {
                    slowest.set(took);
                    System.out.printf("%s: confirmed after %d ms, %s%n", service, took.toMillis(), found.get(
                            "timeline"));
                }
            });
        }
    }

    private static Instant time(JsonNode order, String field) {
        return Instant.parse(order.get(field).asString());
    }

    private static void awaitState(String instance, NodeState state) {
        await().atMost(Duration.ofSeconds(90)).until(() -> CLUSTER.nodes().list().stream()
                .anyMatch(node -> node.name().equals(instance) && node.state() == state));
    }

    /** The number of instances that pass Consul's checks. */
    private static int inRotation(String service) throws IOException, InterruptedException {
        return json(send(HttpRequest.newBuilder(CLUSTER.consulUrl().resolve("/v1/health/service/" + service
                + "?passing=true")))).size();
    }
}
