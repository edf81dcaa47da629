package dev.faultline.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.contracts.OrderId;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.Kafka;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestIssuer;
import dev.faultline.testing.TestPlatform;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.scheduling.config.ScheduledTaskHolder;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The test plays the participants: it reads commands from Kafka and sends replies. The service's clock is an hour ahead, which
 * nothing may notice.
 */
@Tag("integration")
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "faultline.instance=order-service-test", "faultline.clock.offset=1h", "faultline.checkout.redrive-after=1h",
    "faultline.checkout.max-redrive-after=1h", "faultline.checkout.give-up-after=1h",
    "faultline.checkout.max-in-flight=" + OrderServiceTest.MAX_IN_FLIGHT})
class OrderServiceTest {
    static final int MAX_IN_FLIGHT = 60;
    private static final JsonMapper JSON = JsonMapper.shared();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String customer = "customer-" + UUID.randomUUID();
    private final Set<String> seenCommands = new HashSet<>();
    @LocalServerPort private int port;
    @LocalManagementPort private int managementPort;
    @Autowired private ApplicationContext context;
    private final Shards shards;
    private final ShardDatabases databases;
    private final ScheduledTaskHolder schedule;
    private final KafkaConsumer<String, String> commands = new KafkaConsumer<>(
            Map.of("bootstrap.servers", Kafka.shared().bootstrapServers(), "group.id", UUID.randomUUID().toString(),
                    "auto.offset.reset", "earliest"),
            new StringDeserializer(), new StringDeserializer());
    private final KafkaProducer<String, String> replies = new KafkaProducer<>(
            Map.of("bootstrap.servers", Kafka.shared().bootstrapServers()), new StringSerializer(),
            new StringSerializer());

    OrderServiceTest(@Autowired Shards shards, @Autowired ShardDatabases databases,
            @Autowired ScheduledTaskHolder schedule) {
        this.shards = shards;
        this.databases = databases;
        this.schedule = schedule;
    }

    @DynamicPropertySource
    static void platform(DynamicPropertyRegistry registry) {
        TestPlatform.properties(Postgres.shared().createDatabase("orders"), Postgres.another().createDatabase("orders"))
                .forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void stockTheCatalogue() throws Exception {
        commands.subscribe(List.of("inventory.commands", "payment.commands"));
        for (String sku : List.of("COFFEE-1KG", "MUG", "TEA-200G")) {
            assertThat(put(sku, "EUR").statusCode()).isEqualTo(200);
        }
        assertThat(put("BOURBON", "USD").statusCode()).isEqualTo(200);
    }

    @AfterEach
    void close() {
        commands.close();
        replies.close();
        http.close();
    }

    private HttpResponse<String> put(String sku, String currency) throws IOException, InterruptedException {
        return send(request("/api/catalogue/" + sku).PUT(body("""
                {"name": "A product", "price": {"minorUnits": 1250, "currency": "%s"}}""".formatted(currency))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).header("Content-Type",
                "application/json").header("Authorization", TestIssuer.shared().bearerOfAll()).timeout(Duration
                        .ofSeconds(30));
    }

    private static HttpRequest.BodyPublisher body(String json) {
        return HttpRequest.BodyPublishers.ofString(json);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String order(String sku, int quantity) {
        return """
                {"customer": "%s", "paymentMethod": "card-visa", "lines": [{"sku": "%s", "quantity": %d}]}""".formatted(
                customer, sku, quantity);
    }

    private HttpResponse<String> post(String json, String... headers) throws IOException, InterruptedException {
        var request = request("/api/orders").POST(body(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    private JsonNode get(String id) throws IOException, InterruptedException {
        return json(send(request("/api/orders/" + id).GET()));
    }

    private String placed(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        String id = json(response).get("id").asString();
        assertThat(response.headers().firstValue("Location")).contains("/api/orders/" + id);
        return id;
    }

    private void reply(String id, String type, String more) {
        var record = new ProducerRecord<>("checkout.replies", id, "{\"orderId\": \"" + id + "\"" + more + "}");
        record.headers().add("type", type.getBytes(StandardCharsets.UTF_8));
        record.headers().add("id", UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
        assertThat(replies.send(record)).succeedsWithin(Duration.ofSeconds(10));
    }

    /** The order's next command that was not returned yet. */
    private ConsumerRecord<String, String> command(String id) {
        var next = new ArrayList<ConsumerRecord<String, String>>();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            commands.poll(Duration.ofMillis(200)).forEach(command -> {
                if (command.key().equals(id) && seenCommands.add(command.topic() + command.partition() + command
                        .offset())) {
                    next.add(command);
                }
            });
            return !next.isEmpty();
        });
        assertThat(next).hasSize(1);
        return next.getFirst();
    }

    private static String type(ConsumerRecord<String, String> command) {
        return new String(command.headers().lastHeader("type").value(), StandardCharsets.UTF_8);
    }

    @Test
    void confirmsAnOrderAndReturnsItsTimeline() throws Exception {
        String id = placed(post(order("COFFEE-1KG", 2)));
        assertThat(get(id).get("status").asString()).isEqualTo("PENDING");
        var reserve = command(id);
        assertThat(type(reserve)).isEqualTo("ReserveStock");
        assertThat(JSON.readTree(reserve.value())).isEqualTo(JSON.readTree("""
                {"orderId": "%s", "lines": [{"sku": "COFFEE-1KG", "quantity": 2}]}""".formatted(id)));
        reply(id, "StockReserved", "");
        var charge = command(id);
        assertThat(type(charge)).isEqualTo("ChargePayment");
        assertThat(JSON.readTree(charge.value()).get("amount")).isEqualTo(JSON.readTree("""
                {"minorUnits": 2500, "currency": "EUR"}"""));
        reply(id, "PaymentCharged", "");
        await().untilAsserted(() -> assertThat(get(id).get("status").asString()).isEqualTo("CONFIRMED"));
        JsonNode confirmed = get(id);
        assertThat(confirmed.get("timeline").valueStream().map(step -> step.get("state").asString())).containsExactly(
                "RESERVING_STOCK", "CHARGING_PAYMENT", "CONFIRMED");
        assertThat(confirmed.get("timeline").get(1).get("reply").asString()).isEqualTo("StockReserved");
        assertThat(confirmed.get("settledAt").asString()).isGreaterThan(confirmed.get("placedAt").asString());
    }

    @Test
    void rejectsWithTheReasonAndTheSku() throws Exception {
        String id = placed(post(order("MUG", 3)));
        reply(id, "StockRejected", ", \"sku\": \"MUG\", \"requested\": 3, \"available\": 1");
        await().untilAsserted(() -> assertThat(get(id).get("status").asString()).isEqualTo("REJECTED"));
        assertThat(get(id).get("rejection")).isEqualTo(JSON.readTree("""
                {"code": "OUT_OF_STOCK", "detail": "only 1 of 3 MUG in stock", "sku": "MUG"}"""));
    }

    @Test
    void ignoresDuplicateAndLateReplies() throws Exception {
        String id = placed(post(order("MUG", 1)));
        command(id);
        for (int i = 0; i < 3; i++) {
            reply(id, "StockReserved", "");
        }
        reply(id, "PaymentVoided", "");
        reply(id, "PaymentDeclined", ", \"reason\": \"insufficient-funds\"");
        assertThat(type(command(id))).isEqualTo("ChargePayment");
        assertThat(type(command(id))).isEqualTo("ReleaseStock");
        reply(id, "PaymentCharged", "");
        reply(id, "StockReleased", "");
        await().untilAsserted(() -> assertThat(get(id).get("status").asString()).isEqualTo("REJECTED"));
        assertThat(get(id).get("timeline").size()).isEqualTo(4);
    }

    @Test
    void decidesNothingOnAVersionThatAnotherInstanceHasReplaced() throws Exception {
        String id = placed(post(order("MUG", 1)));
        command(id);
        ShardDatabase shard = shardOf(id);
        try (var other = DriverManager.getConnection(shard.jdbcUrl(), shard.user(), shard.password());
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(
                    "update open_order set version = 2, state = 'RELEASING_STOCK', rejection_code = 'OUT_OF_STOCK',"
                            + " rejection_detail = 'by another instance' where id = '" + id + "'");
            reply(id, "StockReserved", "");
            await().until(() -> isWaitingForALock(shard));
            other.commit();
        }
        // Once a later reply of the same partition has taken effect, this one has been processed.
        String later = placed(post(order("MUG", 1)));
        reply(later, "StockRejected", ", \"sku\": \"MUG\", \"requested\": 1, \"available\": 0");
        await().untilAsserted(() -> assertThat(get(later).get("status").asString()).isEqualTo("REJECTED"));
        await().during(Duration.ofSeconds(1)).untilAsserted(() -> assertThat(get(id).get("checkout").asString())
                .isEqualTo("RELEASING_STOCK"));
        assertThat(get(id).get("timeline").size()).isEqualTo(1);
    }

    private ShardDatabase shardOf(String id) {
        var shard = shards.shardOf(Bucket.parse(id.substring(0, 2)));
        return databases.all().stream().filter(database -> database.shard().equals(shard)).findFirst().orElseThrow();
    }

    private static boolean isWaitingForALock(ShardDatabase shard) throws SQLException {
        try (var connection = DriverManager.getConnection(shard.jdbcUrl(), shard.user(), shard.password());
                var statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                        + " and query like '%update open_order%'")) {
            row.next();
            return row.getInt(1) > 0;
        }
    }

    @Test
    void waitsForTheOutcomeAsLongAsTheClientPrefers() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = executor.submit(() -> post(order("TEA-200G", 1), "Prefer", "respond-async, wait=10"));
            String id = commandOfAnyOrder();
            reply(id, "StockRejected", ", \"sku\": \"TEA-200G\", \"requested\": 1, \"available\": 0");
            HttpResponse<String> response = waiting.get();
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Preference-Applied")).contains("wait=10");
            assertThat(json(response).get("status").asString()).isEqualTo("REJECTED");
        }
        assertThat(post(order("TEA-200G", 1), "Prefer", "wait=1").statusCode()).isEqualTo(202);
    }

    @Test
    void returnsTheOutcomeToAWaitingRequestThatMissedTheNotification() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = executor.submit(() -> post(order("TEA-200G", 1), "Prefer", "wait=10"));
            String id = commandOfAnyOrder();
            reply(id, "StockRejected", ", \"sku\": \"TEA-200G\", \"requested\": 1, \"available\": 0");
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                cutListeners(shardOf(id));
                return isComplete(id);
            });
            assertThat(json(waiting.get(5, TimeUnit.SECONDS)).get("status").asString()).isEqualTo("REJECTED");
        }
    }

    private static void cutListeners(ShardDatabase shard) throws SQLException {
        try (var connection = DriverManager.getConnection(shard.jdbcUrl(), shard.user(), shard.password());
                var statement = connection.createStatement()) {
            statement.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' or query = ''");
        }
    }

    private boolean isComplete(String id) {
        return shards.read(Bucket.parse(id.substring(0, 2)),
                jdbc -> jdbc.sql("select count(*) from completed_order where id = ?").param(id)
                        .query(Integer.class).single() == 1);
    }

    private String commandOfAnyOrder() throws Exception {
        var ids = new ArrayList<String>();
        await().until(() -> {
            json(send(request("/api/orders?customer=" + customer).GET())).get("orders").valueStream()
                    .forEach(order -> ids.add(order.get("id").asString()));
            return !ids.isEmpty();
        });
        return ids.getFirst();
    }

    @Test
    void acceptsARepeatedRequestOnce() throws Exception {
        String json = order("MUG", 1);
        String id = placed(post(json, "Idempotency-Key", "k-1"));
        assertThat(placed(post(json.replace(" ", "  "), "Idempotency-Key", "k-1"))).isEqualTo(id);
        assertThat(placed(post(json, "Idempotency-Key", "k-2"))).isNotEqualTo(id);
        assertThat(placed(post(json))).isNotEqualTo(id);
        HttpResponse<String> other = post(order("MUG", 2), "Idempotency-Key", "k-1");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(json(other).get("type").asString()).endsWith("/idempotency-key-reused");
    }

    @Test
    void returnsTheOrderOfARepeatedRequestAlthoughTheProductHasChangedSince() throws Exception {
        String sku = newProduct().substring("/api/catalogue/".length());
        put(sku, "EUR");
        String json = order(sku, 1).replaceFirst("[{]", "{\"currency\": \"EUR\", ");
        String id = placed(post(json, "Idempotency-Key", "before"));
        assertThat(put(sku, "USD").statusCode()).isEqualTo(200);
        assertThat(placed(post(json, "Idempotency-Key", "before"))).isEqualTo(id);
        HttpResponse<String> another = post(json, "Idempotency-Key", "after");
        assertThat(json(another).get("type").asString()).endsWith("/wrong-currency");
    }

    @Test
    void acceptsTheSameKeyOnceUnderConcurrentRequests() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var same = IntStream.range(0, 16)
                    .mapToObj(i -> executor.submit(() -> post(order("MUG", 1 + i % 2), "Idempotency-Key", "k")))
                    .toList();
            var statuses = new ArrayList<Integer>();
            var ids = new HashSet<String>();
            for (var each : same) {
                statuses.add(each.get().statusCode());
                if (each.get().statusCode() == 202) {
                    ids.add(placed(each.get()));
                }
            }
            assertThat(ids).hasSize(1);
            assertThat(statuses).containsOnly(202, 422);
            assertThat(json(send(request("/api/orders?customer=" + customer).GET())).get("orders").size()).isEqualTo(1);
        }
    }

    @Test
    void forgetsAKeyWhenItsRetentionHasPassed() throws Exception {
        String json = order("MUG", 1);
        String id = placed(post(json, "Idempotency-Key", "young"));
        String forgotten = placed(post(json, "Idempotency-Key", "old"));
        shards.transact(Bucket.of(customer), session -> session.jdbc().sql(
                """
                update idempotency_key set created_at = now() - interval '7 days 1 minute' where customer = ? and key = 'old'""")
                .param(customer).update());
        schedule.getScheduledTasks().stream().filter(task -> task.toString().contains("OrderMaintenance"))
                .forEach(task -> task.getTask().getRunnable().run());
        assertThat(placed(post(json, "Idempotency-Key", "young"))).isEqualTo(id);
        assertThat(placed(post(json, "Idempotency-Key", "old"))).isNotEqualTo(forgotten);
    }

    @Test
    void rejectsOnlyNewOrdersWhileTooManyAreInFlight() throws Exception {
        var ids = new ArrayList<String>();
        HttpResponse<String> response = post(order("MUG", 1), "Idempotency-Key", "k-0");
        while (response.statusCode() == 202 && ids.size() <= MAX_IN_FLIGHT) {
            ids.add(placed(response));
            response = post(order("MUG", 1), "Idempotency-Key", "k-" + ids.size());
        }
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(json(response).get("type").asString()).endsWith("/busy");
        assertThat(response.headers().firstValue("Retry-After")).contains("2");
        assertThat(placed(post(order("MUG", 1), "Idempotency-Key", "k-0"))).isEqualTo(ids.getFirst());
        assertThat(post(order("MUG", 2), "Idempotency-Key", "k-0").statusCode()).isEqualTo(422);

        ids.forEach(id -> reply(id, "StockRejected", ", \"sku\": \"MUG\", \"requested\": 1, \"available\": 0"));
        String refused = "k-" + ids.size();
        await().untilAsserted(() -> assertThat(post(order("MUG", 1), "Idempotency-Key", refused).statusCode())
                .isEqualTo(202));
    }

    /** Cached prices are due to be refreshed while the shards refuse to read them. */
    @Test
    void pricesOrdersAlthoughTheShardsOfTheProductsDoNotAnswer() throws Exception {
        String before = placed(post(order("TEA-200G", 1)));
        var ids = new ArrayList<>(List.of(before));
        try (Connection one = lockedProducts(databases.all().getFirst());
                Connection another = lockedProducts(databases.all().getLast())) {
            await().pollInterval(Duration.ofMillis(500)).during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(6))
                    .until(() -> ids.add(placed(post(order("TEA-200G", 1)))));
            one.rollback();
            another.rollback();
        }
        ids.forEach(id -> reply(id, "StockRejected", ", \"sku\": \"TEA-200G\", \"requested\": 1, \"available\": 0"));
    }

    private static Connection lockedProducts(ShardDatabase shard) throws SQLException {
        Connection connection = DriverManager.getConnection(shard.jdbcUrl(), shard.user(), shard.password());
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("lock table product");
        }
        return connection;
    }

    @Test
    void listsACustomersOrdersByPageNewestFirst() throws Exception {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            ids.add(placed(post(order("MUG", 1))));
        }
        var listed = new ArrayList<String>();
        String next = "/api/orders?customer=" + customer + "&limit=2";
        while (next != null) {
            JsonNode page = json(send(request(next).GET()));
            page.get("orders").valueStream().forEach(order -> listed.add(order.get("id").asString()));
            next = page.path("next").asString(null);
        }
        assertThat(listed).containsExactlyElementsOf(ids.reversed());
    }

    static Stream<Arguments> badOrders() {
        String hundredAndOne = IntStream.range(0, 101).mapToObj(i -> "{\"sku\":\"SKU-" + i + "\",\"quantity\":1}")
                .collect(Collectors.joining(","));
        return Stream.of(bad("not JSON at all", "{", 400, "malformed-request", null),
                bad("nothing", "", 400, "malformed-request", null),
                bad("null", "null", 400, "malformed-request", null),
                bad("a list", "[]", 400, "malformed-request", null),
                bad("no customer", with("\"customer\":null", "MUG", "1"), 422, "invalid-request", "customer"),
                bad("odd customer", with("\"customer\":\"a b\"", "MUG", "1"), 422, "invalid-request", "customer"),
                bad("unknown field", with("\"customer\":\"a\",\"color\":1", "MUG", "1"), 422, "invalid-request",
                        "color"),
                bad("no lines", "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\"}", 422, "invalid-request",
                        "lines"),
                bad("empty order", "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[]}", 422,
                        "invalid-request", "lines"),
                bad("a null line", "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[null]}", 422,
                        "invalid-request", "lines[0]"),
                bad("over 100 lines",
                        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[" + hundredAndOne + "]}", 422,
                        "invalid-request", "lines"),
                bad("unknown SKU", with("\"customer\":\"a\"", "UNICORN", "1"), 422, "unknown-sku", "lines[0].sku"),
                bad("malformed SKU", with("\"customer\":\"a\"", "mug; drop", "1"), 422, "invalid-request",
                        "lines[0].sku"),
                bad("zero", with("\"customer\":\"a\"", "MUG", "0"), 422, "invalid-request", "lines[0].quantity"),
                bad("negative", with("\"customer\":\"a\"", "MUG", "-1"), 422, "invalid-request", "lines[0].quantity"),
                bad("absurd", with("\"customer\":\"a\"", "MUG", "10001"), 422, "invalid-request", "lines[0].quantity"),
                bad("beyond int", with("\"customer\":\"a\"", "MUG", "99999999999"), 422, "invalid-request",
                        "lines[0].quantity"),
                bad("half a mug", with("\"customer\":\"a\"", "MUG", "1.5"), 422, "invalid-request",
                        "lines[0].quantity"),
                bad("a word", with("\"customer\":\"a\"", "MUG", "\"two\""), 422, "invalid-request",
                        "lines[0].quantity"),
                bad("duplicate line",
                        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"MUG\",\"quantity\":1},"
                                + "{\"sku\":\"MUG\",\"quantity\":1}]}",
                        422, "duplicate-line", "lines[1].sku"),
                bad("wrong currency", with("\"customer\":\"a\",\"currency\":\"USD\"", "MUG", "1"), 422,
                        "wrong-currency", "currency"),
                bad("no currency", with("\"customer\":\"a\",\"currency\":\"euro\"", "MUG", "1"), 422,
                        "invalid-request", "currency"),
                bad("two currencies",
                        "{\"customer\":\"a\",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"MUG\",\"quantity\":1},"
                                + "{\"sku\":\"BOURBON\",\"quantity\":1}]}",
                        422, "wrong-currency", "lines[1].sku"));
    }

    private static Arguments bad(String what, String json, int status, String type, @Nullable String field) {
        return Arguments.of(what, json, status, type, field == null ? "" : field);
    }

    private static String with(String head, String sku, String quantity) {
        return "{" + head + ",\"paymentMethod\":\"card-visa\",\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":"
                + quantity + "}]}";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badOrders")
    void rejectsAnInvalidOrderNamingTheField(String what, String json, int status, String type, String field)
            throws Exception {
        HttpResponse<String> response = post(json);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertProblem(response, type);
        if (!field.isEmpty()) {
            assertThat(json(response).get("errors").get(0).get("field").asString()).isEqualTo(field);
            assertThat(json(response).get("errors").get(0).get("reason").asString()).isNotBlank();
        }
    }

    /** By which a customer's orders are listed, whichever instance placed them. */
    @Test
    void anOrdersIdHasTheShardsTimeAlthoughTheServicesClockIsAnHourAhead() throws Exception {
        var id = new OrderId(placed(post(order("MUG", 1))));
        Instant shard = shards.read(Bucket.parse(id.bucketCode()), jdbc -> jdbc.sql("select now()").query((row,
                _) -> row
                        .getObject(1, OffsetDateTime.class).toInstant()).single());

        assertThat(id.createdAt()).isCloseTo(shard, within(10, ChronoUnit.SECONDS));
    }

    private static void assertProblem(HttpResponse<String> response, String type) {
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(response).get("type").asString()).isEqualTo("https://faultline.dev/problems/" + type);
        assertThat(response.body()).doesNotContain("java", "Exception", "tools.jackson");
    }

    @Test
    void rejectsInvalidRequestsWithAProblem() throws Exception {
        var unknown = send(request("/api/orders/7K-06B3N8ZQ4M1V9X2W5T0C").GET());
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertProblem(unknown, "unknown-order");
        var inAFarFuture = send(request("/api/orders/7K-ZZZZZZZZZZZZZZZZZZZZ").GET());
        assertThat(inAFarFuture.statusCode()).isEqualTo(404);
        assertProblem(inAFarFuture, "unknown-order");
        var malformed = send(request("/api/orders/12").GET());
        assertThat(malformed.statusCode()).isEqualTo(422);
        assertProblem(malformed, "invalid-request");
        var form = send(request("/api/orders").setHeader("Content-Type", "text/plain").POST(body("customer=a")));
        assertThat(form.statusCode()).isEqualTo(415);
        assertProblem(form, "unsupported-media-type");
        var large = post("{\"customer\":\"" + "a".repeat(70_000) + "\"}");
        assertThat(large.statusCode()).isEqualTo(413);
        assertProblem(large, "body-too-large");
        var key = post(order("MUG", 1), "Idempotency-Key", "x".repeat(129));
        assertThat(key.statusCode()).isEqualTo(422);
        assertProblem(key, "invalid-request");
        var nowhere = send(request("/api/nothing").GET());
        assertThat(nowhere.statusCode()).isEqualTo(404);
        assertProblem(nowhere, "not-found");
        var delete = send(request("/api/orders").DELETE());
        assertThat(delete.statusCode()).isEqualTo(405);
        assertProblem(delete, "method-not-allowed");
        var withoutCustomer = send(request("/api/orders").GET());
        assertThat(withoutCustomer.statusCode()).isEqualTo(422);
        assertProblem(withoutCustomer, "invalid-request");
        var page = send(request("/api/orders?customer=a&limit=0").GET());
        assertThat(page.statusCode()).isEqualTo(422);
        assertProblem(page, "invalid-request");
    }

    /** docs/security.md */
    @Test
    void theAuthorizationTableHasEveryOperationAndHolds() throws Exception {
        put("MUG", "EUR");
        String id = placed(send(as("alice", "/api/orders").POST(body("""
                {"paymentMethod": "card-visa", "lines": [{"sku": "MUG", "quantity": 1}]}"""))));
        var table = AuthorizationTable.of("order-service");
        assertThat(table.differencesFrom(context)).isEmpty();
        assertThat(table.violations(TestIssuer.shared(), port, managementPort, Map.of("id", id, "sku", "MUG", "action",
                "nothing"))).isEmpty();
    }

    private HttpRequest.Builder as(String customer, String path) {
        return request(path).setHeader("Authorization", TestIssuer.shared().bearer(customer, "orders"));
    }

    @Test
    void aCustomerPlacesAndSeesOnlyItsOwnOrders() throws Exception {
        put("MUG", "EUR");
        String json = "{%s\"paymentMethod\": \"card-visa\", \"lines\": [{\"sku\": \"MUG\", \"quantity\": 1}]}";
        var mine = send(as(customer, "/api/orders").POST(body(json.formatted(""))));
        String id = placed(mine);
        assertThat(json(mine).get("customer").asString()).isEqualTo(customer);
        assertThat(send(as(customer, "/api/orders/" + id).GET()).statusCode()).isEqualTo(200);
        assertThat(json(send(as(customer, "/api/orders").GET())).get("orders").size()).isEqualTo(1);

        var anothers = send(as("mallory", "/api/orders/" + id).GET());
        var nobodys = send(as("mallory", "/api/orders/7K-06B3N8ZQ4M1V9X2W5T0C").GET());
        assertThat(anothers.statusCode()).isEqualTo(404);
        assertThat(anothers.body().replace(id, "")).as("does not say that the order exists")
                .isEqualTo(nobodys.body().replace("7K-06B3N8ZQ4M1V9X2W5T0C", ""));
        assertThat(send(as("mallory", "/api/orders?customer=" + customer).GET()).statusCode()).isEqualTo(403);
        var forAnother = send(as("mallory", "/api/orders").POST(body(json.formatted("\"customer\": \"" + customer
                + "\", "))));
        assertThat(forAnother.statusCode()).isEqualTo(403);
        assertThat(json(forAnother).get("type").asString()).endsWith("/another-customer");
        var ofAnotherKind = send(as("auth0|123", "/api/orders").POST(body(json.formatted(""))));
        assertThat(ofAnotherKind.statusCode()).isEqualTo(403);
        assertThat(json(ofAnotherKind).get("type").asString()).endsWith("/no-customer");
    }

    private static String newProduct() {
        return "/api/catalogue/" + UUID.randomUUID().toString().toUpperCase(Locale.ROOT).substring(0, 23);
    }

    private static String tag(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void anOrderIsSentAgainOnlyIfItHasChanged() throws Exception {
        String path = "/api/orders/" + placed(post(order("MUG", 1)));
        String first = tag(send(request(path).GET()));

        HttpResponse<String> same = send(request(path).header("If-None-Match", first).GET());
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.headers().firstValue("ETag")).hasValue(first);

        command(path.substring("/api/orders/".length()));
        reply(path.substring("/api/orders/".length()), "StockReserved", "");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(tag(send(request(path).header(
                "If-None-Match", first).GET()))).isNotEqualTo(first));
    }

    /** A cache may answer with it, but nobody who sends {@code Consistency}. */
    @Test
    void aReadOfTheCatalogueIsForAllUnlessItsClientSaysHowFreshItHasToBe() throws Exception {
        String path = newProduct();
        HttpResponse<String> changed = change(path, 100, "If-None-Match", "*");
        for (String read : List.of(path, "/api/catalogue")) {
            HttpResponse<String> forAll = send(request(read).GET());
            assertThat(forAll.headers().firstValue("Cache-Control")).hasValue("max-age=2, public");
            assertThat(forAll.headers().firstValue("Vary")).hasValue("Consistency");
            for (String consistency : List.of("strong", "session", "eventual")) {
                assertThat(send(request(read).header("Consistency", consistency).GET()).headers().firstValue(
                        "Cache-Control")).isEmpty();
            }
        }
        HttpResponse<String> unchanged = send(request(path).header("If-None-Match", tag(changed)).GET());
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.headers().firstValue("Cache-Control")).hasValue("max-age=2, public");
        assertThat(changed.headers().firstValue("Cache-Control")).isEmpty();
        String order = "/api/orders/" + placed(post(order("MUG", 1)));
        assertThat(send(request(order).GET()).headers().firstValue("Cache-Control")).isEmpty();
    }

    @Test
    void aProductIsChangedOnlyIfItIsStillWhatTheClientHasRead() throws Exception {
        String path = newProduct();
        String read = tag(change(path, 100, "If-None-Match", "*"));
        assertThat(tag(send(request(path).GET()))).isEqualTo(read);
        assertThat(send(request(path).header("If-None-Match", read).GET()).statusCode()).isEqualTo(304);

        assertThat(tag(change(path, 200, "If-Match", read))).isNotEqualTo(read);
        for (String[] refused : new String[][]{{"If-Match", read}, {"If-None-Match", "*"}, {"If-Match", "W/" + read}}) {
            HttpResponse<String> response = change(path, 300, refused);
            assertThat(response.statusCode()).as(String.join(" ", refused)).isEqualTo(412);
            assertThat(json(response).get("type").asString()).endsWith("precondition-failed");
        }
        assertThat(change(newProduct(), 100, "If-Match", "*").statusCode()).isEqualTo(412);
        assertThat(json(send(request(path).GET())).at("/price/minorUnits").asInt()).isEqualTo(200);
        HttpResponse<String> malformed = change(path, 300, "If-Match", "no quotes");
        assertThat(malformed.statusCode()).isEqualTo(422);
        assertThat(json(malformed).at("/errors/0/field").asString()).isEqualTo("If-Match");
    }

    @Test
    void ofConcurrentChangesOfOneProductOnlyOneIsMade() throws Exception {
        for (int round = 0; round < 20; round++) {
            String path = newProduct();
            assertOneSucceeds(path, 100, "If-None-Match", "*");
            assertOneSucceeds(path, 200, "If-Match", tag(send(request(path).GET())));
        }
    }

    private void assertOneSucceeds(String path, int price, String... condition) throws Exception {
        var statuses = new ArrayList<Integer>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> change : clients.invokeAll(IntStream.range(0, 8).<Callable<Integer>>mapToObj(
                    n -> () -> change(path, price + n, condition).statusCode()).toList())) {
                statuses.add(change.get());
            }
        }
        assertThat(statuses).containsOnly(200, 412).containsOnlyOnce(200);
    }

    private HttpResponse<String> change(String path, int minorUnits, String... condition) throws IOException,
            InterruptedException {
        return send(request(path).headers(condition).PUT(body("""
                {"name": "A product", "price": {"minorUnits": %d, "currency": "EUR"}}""".formatted(minorUnits))));
    }
}
