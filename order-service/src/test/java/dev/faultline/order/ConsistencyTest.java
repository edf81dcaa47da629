package dev.faultline.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.Database;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.ReplicatedPostgres;
import dev.faultline.testing.TestIssuer;
import dev.faultline.testing.TestPlatform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads of clients that choose how fresh they are. Shard-1 has a standby, shard-2 has none. */
@Tag("integration")
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "spring.application.name=consistency-test", "faultline.database.name=consistency"})
class ConsistencyTest {
    private static final ReplicatedPostgres ONE = ReplicatedPostgres.start();
    private static final Database TWO = Postgres.shared().createDatabase("consistency");
    private static final JsonMapper JSON = JsonMapper.shared();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Shards shards;
    @LocalServerPort private int port;

    ConsistencyTest(@Autowired Shards shards) {
        this.shards = shards;
    }

    @DynamicPropertySource
    static void platform(DynamicPropertyRegistry registry) {
        var one = ONE.createDatabase("consistency");
        Map<String, String> properties = TestPlatform.properties(one, TWO);
        properties.put("faultline.shards", "shard-1=" + ONE.servers() + ",shard-2=" + TWO.host() + ":" + TWO.port());
        properties.forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void stockTheCatalogue() throws Exception {
        for (String shard : List.of("shard-1", "shard-2")) {
            assertThat(put(product(shard), "A product").statusCode()).isEqualTo(200);
        }
    }

    @AfterEach
    void heal() {
        ONE.primary().restore();
        ONE.onStandby("select pg_wal_replay_resume()");
        http.close();
    }

    private String on(String shard, String prefix) {
        return Stream.iterate(1, n -> n + 1).map(n -> prefix + n)
                .filter(key -> shards.shardOf(Bucket.of(key)).equals(new ShardName(shard))).findFirst().orElseThrow();
    }

    private String product(String shard) {
        return "/api/catalogue/" + on(shard, "SKU-");
    }

    private String orders(String shard) {
        return "/api/orders?customer=" + on(shard, "customer-");
    }

    private HttpResponse<String> put(String product, String name, String... headers) throws IOException,
            InterruptedException {
        return send(request(product, headers).PUT(HttpRequest.BodyPublishers.ofString("""
                {"name": "%s", "price": {"minorUnits": 1250, "currency": "EUR"}}""".formatted(name))));
    }

    /** On shard-2 there is always a product. */
    private HttpResponse<String> place(String shard, String... headers) throws IOException, InterruptedException {
        return send(request("/api/orders", headers).POST(HttpRequest.BodyPublishers.ofString("""
                {"customer": "%s", "paymentMethod": "card-visa", "lines": [{"sku": "%s", "quantity": 1}]}""".formatted(
                on(shard, "customer-"), on("shard-2", "SKU-")))));
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    private HttpResponse<String> getInSession(String path, HttpResponse<String> after) throws IOException,
            InterruptedException {
        return get(path, "Consistency", "session", "Consistency-Token", header(after, "Consistency-Token"));
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).header("Content-Type",
                "application/json").header("Authorization", TestIssuer.shared().bearerOfAll()).timeout(Duration
                        .ofSeconds(30));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("none");
    }

    private static String location(HttpResponse<String> placed) {
        assertThat(placed.statusCode()).as(placed.body()).isEqualTo(202);
        return header(placed, "Location");
    }

    private String awaitOnReplica(String path) {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            var answer = get(path, "Consistency", "eventual");
            return answer.statusCode() == 200 && header(answer, "Served-By").equals("replica");
        });
        return path;
    }

    @Test
    void whoAsksForNothingGetsNoFurtherHeaders() throws Exception {
        var placed = place("shard-1");
        for (var answer : List.of(placed, get(location(placed)))) {
            assertThat(answer.headers().map()).doesNotContainKeys("served-by", "staleness-ms", "consistency-token");
        }
        assertThat(header(get(location(placed), "Consistency", "strong"), "Served-By")).isEqualTo("primary");
    }

    @Test
    void aSessionSeesItsOrderThoughTheReplicaDoesNotHaveIt() throws Exception {
        ONE.onStandby("select pg_wal_replay_pause()");
        var placed = place("shard-1", "Consistency", "session");
        var one = getInSession(location(placed), placed);
        assertThat(one.statusCode()).isEqualTo(200);
        assertThat(header(one, "Served-By")).isEqualTo("primary");
        assertThat(getInSession(orders("shard-1"), placed).body()).contains(JSON.readTree(placed.body()).get("id")
                .asString());
        var stale = get(location(placed), "Consistency", "eventual");
        assertThat(stale.statusCode()).isEqualTo(404);
        assertThat(header(stale, "Served-By")).isEqualTo("replica");
    }

    @Test
    void aReplicaAnswersTheSessionWhenItHasTheOrder() throws Exception {
        var placed = place("shard-1", "Consistency", "session");
        awaitOnReplica(location(placed));
        for (String path : List.of(location(placed), orders("shard-1"))) {
            var answer = getInSession(path, placed);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "Served-By")).isEqualTo("replica");
            assertThat(header(answer, "Consistency-Token")).isNotEqualTo("none");
        }
    }

    @Test
    void thePrimaryOfAShardWithoutStandbysAnswersAndSaysSo() throws Exception {
        String order = location(place("shard-2"));
        var eventual = get(order, "Consistency", "eventual");
        assertThat(eventual.statusCode()).isEqualTo(200);
        assertThat(header(eventual, "Served-By")).isEqualTo("primary");
        assertThat(header(eventual, "Staleness-Ms")).isEqualTo("0");
        var session = get(order, "Consistency", "session");
        assertThat(header(session, "Served-By")).isEqualTo("primary");
        assertThat(header(session, "Consistency-Token")).isNotEqualTo("none");
    }

    @Test
    void theCatalogueIsReadAsTheClientAsks() throws Exception {
        String product = awaitOnReplica(product("shard-1"));
        var put = put(product, "Renamed", "Consistency", "session");
        assertThat(get(product).body()).contains("Renamed");
        assertThat(getInSession(product, put).body()).contains("Renamed");
        var all = getInSession("/api/catalogue", put);
        assertThat(all.body()).contains("Renamed");
        assertThat(header(all, "Served-By")).isEqualTo("primary");
        assertThat(header(get("/api/catalogue", "Consistency", "eventual"), "Served-By")).isEqualTo("replica");
    }

    @Test
    void anUnknownConsistencyIsRejectedAndTheKnownOnesAreListed() throws Exception {
        for (var answer : List.of(get("/api/catalogue", "Consistency", "linear"), place("shard-1", "Consistency",
                "STRONG"))) {
            assertThat(answer.statusCode()).isEqualTo(400);
            JsonNode problem = JSON.readTree(answer.body());
            assertThat(problem.get("type").asString()).endsWith("/unknown-consistency");
            assertThat(problem.get("detail").asString()).contains("known are strong, session, eventual");
        }
    }

    @Test
    void aTokenThatWasChangedIsRejected() throws Exception {
        String token = header(place("shard-1", "Consistency", "session"), "Consistency-Token");
        var answer = get("/api/catalogue", "Consistency", "session", "Consistency-Token", "A" + token.substring(1));
        assertThat(answer.statusCode()).as(token).isEqualTo(400);
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.get("type").asString()).endsWith("/invalid-consistency-token");
        assertThat(problem.get("detail").asString()).contains("it is damaged");
    }

    /** A read waits for a lock, and two for its batch to end: the one that has a deadline gives up before the other. */
    @Test
    void aReadIsRefusedWhenItsCallersTimeHasPassed() throws Exception {
        String order = location(place("shard-2"));
        try (var database = DriverManager.getConnection(TWO.jdbcUrl(), TWO.user(), TWO.password());
                var lock = database.createStatement()) {
            database.setAutoCommit(false);
            lock.execute("lock table open_order in access exclusive mode");
            var first = http.sendAsync(request(order).GET().build(), HttpResponse.BodyHandlers.ofString());
            await().atMost(Duration.ofSeconds(10)).until(() -> lock.executeQuery(
                    "select 1 from pg_locks where relation = 'open_order'::regclass and not granted").next());
            var second = http.sendAsync(request(order).GET().build(), HttpResponse.BodyHandlers.ofString());
            var third = get(order, "X-Envoy-Expected-Rq-Timeout-Ms", "100");
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(List.of(first, second)).noneMatch(CompletableFuture::isDone);
            database.rollback();
            assertThat(first.join().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whileAPrimaryIsCutOffStrongReadsAreRefusedAndEventualOnesSayHowOldTheyAre() throws Exception {
        String order = awaitOnReplica(location(place("shard-1")));
        ONE.primary().cut();
        var strong = get(order);
        assertThat(strong.statusCode()).isEqualTo(503);
        assertThat(header(strong, "Retry-After")).isEqualTo("2");
        assertThat(JSON.readTree(strong.body()).get("detail").asString())
                .contains("The primary of a shard does not answer", "Consistency: eventual");
        assertThat(place("shard-1").statusCode()).isEqualTo(503);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            var eventual = get(order, "Consistency", "eventual");
            assertThat(eventual.statusCode()).isEqualTo(200);
            assertThat(header(eventual, "Served-By")).isEqualTo("replica");
            assertThat(Integer.parseInt(header(eventual, "Staleness-Ms"))).isGreaterThan(5_000);
        });
        ONE.primary().restore();
        await().atMost(Duration.ofSeconds(20)).until(() -> get(order).statusCode() == 200);
    }
}
