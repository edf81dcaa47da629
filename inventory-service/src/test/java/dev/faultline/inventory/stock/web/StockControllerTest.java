package dev.faultline.inventory.stock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.inventory.Goods;
import dev.faultline.inventory.OnTwoShards;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.TestIssuer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("integration")
@OnTwoShards
class StockControllerTest {
    private static final String RECEIPT = "/receipts/delivery-1";

    @Autowired private Shards shards;
    @Autowired private StockLevels levels;
    @Autowired private StockQueries queries;
    @LocalServerPort private int port;
    @LocalManagementPort private int managementPort;
    @Autowired private ApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();
    private Goods goods;

    @BeforeEach
    void goods() {
        goods = new Goods(shards, levels, queries);
    }

    @AfterEach
    void close() {
        http.close();
    }

    private HttpResponse<String> send(String method, String path, String type, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).header("Content-Type", type)
                .header("Authorization", TestIssuer.shared().bearerOfAll())
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send("PUT", "/api/stock/" + path, "application/json", body);
    }

    private static String quantity(int quantity) {
        return "{\"quantity\": " + quantity + "}";
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static void isLevel(HttpResponse<String> response, String sku, int available) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(json(response.body())).isEqualTo(json("""
                {"sku": "%s", "available": %d, "reserved": 0}""".formatted(sku, available)));
    }

    private static void isProblem(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = json(response.body());
        assertThat(problem.get("type").asString()).isEqualTo("https://faultline.dev/problems/" + type);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank();
        assertThat(response.body()).doesNotContain("dev.faultline.inventory", "Exception");
    }

    @Test
    void receivesGoodsOnceForEachReceipt() throws Exception {
        String sku = goods.unknown(Goods.TWO);
        isProblem(send("GET", "/api/stock/" + sku, "application/json", ""), 404, "no-such-stock");
        isLevel(put(sku + RECEIPT, quantity(100)), sku, 100);
        isLevel(put(sku + RECEIPT, quantity(100)), sku, 100);
        isLevel(put(sku + "/receipts/delivery-2", quantity(1)), sku, 101);
        isLevel(send("GET", "/api/stock/" + sku, "application/json", ""), sku, 101);
        goods.assertConsistent(sku);
    }

    @Test
    void rejectsAReceiptThatDiffersFromTheFirst() throws Exception {
        String sku = goods.unknown(Goods.ONE);
        isLevel(put(sku + RECEIPT, quantity(100)), sku, 100);
        isProblem(put(sku + RECEIPT, quantity(99)), 409, "receipt-differs");
        String other = goods.unknown(Goods.ONE);
        isLevel(put(other + RECEIPT, quantity(99)), other, 99);
        goods.assertConsistent(sku, other);
    }

    @Test
    void receivesGoodsOnceUnderConcurrentRequests() throws Exception {
        String sku = goods.unknown(Goods.ONE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var requests = IntStream.range(0, 16)
                    .<Callable<HttpResponse<String>>>mapToObj(
                            i -> () -> put(sku + "/receipts/delivery-" + i / 8, quantity(10)))
                    .toList();
            for (var response : threads.invokeAll(requests)) {
                assertThat(response.get().statusCode()).as(response.get().body()).isEqualTo(200);
            }
        }
        assertThat(goods.available(sku)).isEqualTo(20);
        goods.assertConsistent(sku);
    }

    @Test
    void rejectsAReceiptThatWouldExceedTheLimit() throws Exception {
        String sku = goods.received(Goods.ONE, 1_000_000);
        shards.transact(Bucket.of(sku), session -> session.jdbc()
                .sql("update stock set available = 999999990 where sku = ?").param(sku).update());
        isLevel(put(sku + "/receipts/fits", quantity(10)), sku, 1_000_000_000);
        var refused = put(sku + "/receipts/fits-not", quantity(1));
        isProblem(refused, 422, "too-much-stock");
        assertThat(json(refused.body()).get("errors").get(0).get("field").asString()).isEqualTo("quantity");
        assertThat(goods.available(sku)).isEqualTo(1_000_000_000);
    }

    static Stream<Arguments> badRequests() {
        String good = "MUG" + RECEIPT;
        return Stream.of(bad("no goods", good, quantity(0), 422, "invalid-request", "quantity"),
                bad("negative", good, quantity(-1), 422, "invalid-request", "quantity"),
                bad("absurd", good, quantity(1_000_001), 422, "invalid-request", "quantity"),
                bad("beyond int", good, "{\"quantity\": 99999999999}", 422, "invalid-request", "quantity"),
                bad("half a mug", good, "{\"quantity\": 1.5}", 422, "invalid-request", "quantity"),
                bad("a word", good, "{\"quantity\": \"ten\"}", 422, "invalid-request", "quantity"),
                bad("a number in quotes", good, "{\"quantity\": \"10\"}", 422, "invalid-request", "quantity"),
                bad("null", good, "{\"quantity\": null}", 422, "invalid-request", "quantity"),
                bad("left out", good, "{}", 422, "invalid-request", "quantity"),
                bad("unknown field", good, "{\"quantity\": 1, \"color\": 1}", 422, "invalid-request", "color"),
                bad("twice", good, "{\"quantity\": 1, \"quantity\": 2}", 400, "malformed-request", null),
                bad("not JSON", good, "{", 400, "malformed-request", null),
                bad("nothing", good, "", 400, "malformed-request", null),
                bad("null itself", good, "null", 400, "malformed-request", null),
                bad("a list", good, "[]", 400, "malformed-request", null),
                bad("two documents", good, "{\"quantity\": 1} {}", 400, "malformed-request", null),
                bad("too large", good, " ".repeat(100_000) + quantity(1), 413, "body-too-large", null),
                bad("lower-case SKU", "mug" + RECEIPT, quantity(1), 422, "invalid-request", "sku"),
                bad("long SKU", "M".repeat(33) + RECEIPT, quantity(1), 422, "invalid-request", "sku"),
                bad("odd SKU", "MUG%27--" + RECEIPT, quantity(1), 422, "invalid-request", "sku"),
                bad("a parameter in the path", "MUG;--" + RECEIPT, quantity(1), 400, "malformed-request", null),
                bad("odd receipt", "MUG/receipts/a%20b", quantity(1), 422, "invalid-request", "receiptId"),
                bad("long receipt", "MUG/receipts/" + "r".repeat(65), quantity(1), 422, "invalid-request",
                        "receiptId"),
                bad("no such resource", "MUG/receipt/r", quantity(1), 404, "not-found", null),
                bad("method not allowed", "MUG", quantity(1), 405, "method-not-allowed", null));
    }

    private static Arguments bad(String name, String path, String body, int status, String type,
            @Nullable String field) {
        return Arguments.of(name, path, body, status, type, field);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badRequests")
    void rejectsBadInputNamingTheField(String name, String path, String body, int status, String type,
            @Nullable String field) throws Exception {
        var response = put(path, body);
        isProblem(response, status, type);
        if (field != null) {
            JsonNode error = json(response.body()).get("errors").get(0);
            assertThat(error.get("field").asString()).isEqualTo(field);
            assertThat(error.get("reason").asString()).isNotBlank();
        }
    }

    @Test
    void rejectsAContentTypeOtherThanJson() throws Exception {
        isProblem(send("PUT", "/api/stock/MUG" + RECEIPT, "text/plain", quantity(1)), 415, "unsupported-media-type");
    }

    @Test
    void rejectsAnInvalidSku() throws Exception {
        isProblem(send("GET", "/api/stock/mug", "application/json", ""), 422, "invalid-request");
    }

    /** docs/security.md */
    @Test
    void theAuthorizationTableHasEveryOperationAndHolds() throws Exception {
        var table = AuthorizationTable.of("inventory-service");
        assertThat(table.differencesFrom(context)).isEmpty();
        assertThat(table.violations(TestIssuer.shared(), port, managementPort, Map.of("sku", "MUG", "receiptId", "r1",
                "action", "nothing"))).isEmpty();
    }
}
