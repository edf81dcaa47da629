package dev.faultline.gateway;

import static dev.faultline.gateway.LimitedGateway.all;
import static dev.faultline.gateway.LimitedGateway.send;
import static dev.faultline.gateway.LimitedGateway.sendMany;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import dev.faultline.gateway.Backend.Behaviour;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The cache in the gateway, by HTTP. Each test has a product of its own. */
@Tag("integration")
class GatewayCacheTest {
    private static final int CLIENTS = 500;

    private static LimitedGateway gateway;
    private static Backend orders;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws IOException {
        orders = new Backend("order-service", product("100"));
        gateway = new LimitedGateway("caching-gateway", "caching-gateway-1", "faultline.limits.address.rate=1000000",
                "faultline.limits.address.burst=1000000", "faultline.gateway.cache.max-freshness=1m",
                "faultline.gateway.cache.max-wait=30s",
                "faultline.gateway.response-timeout=30s",
                "resilience4j.bulkhead.instances.orders.max-concurrent-calls=10");
        gateway.awaitAnswer("/api/orders");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        orders.close();
    }

    @BeforeEach
    void begin() {
        orders.behave(product("100"));
        orders.received().clear();
    }

    private static Behaviour product(String price) {
        return exchange -> {
            String tag = "\"" + price + "\"";
            exchange.getResponseHeaders().set("ETag", tag);
            exchange.getResponseHeaders().set("Cache-Control", "public, max-age=60");
            boolean unchanged = tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
            Backend.status(unchanged ? 304 : 200, unchanged ? "" : price).answer(exchange);
        };
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(http, gateway.request(path, null));
    }

    /** More than the route has places for. */
    @Test
    void aHerdIsOneRequestToTheService() throws Exception {
        var end = new CountDownLatch(1);
        orders.behave(exchange -> answerAtTheEnd(exchange, end));
        var answers = sendMany(http, CLIENTS, gateway.request("/api/catalogue/HERD", null));
        await().atMost(Duration.ofSeconds(30)).until(() -> gateway.metrics().lines().anyMatch(
                line -> line.matches("cache_gets_total\\{.*cache=\"catalogue\",result=\"coalesced\"} " + (CLIENTS - 1)
                        + "\\.0")));
        end.countDown();
        assertThat(all(answers)).allMatch(answer -> answer.statusCode() == 200 && answer.body().equals("100"));
        assertThat(orders.received()).hasSize(1);
    }

    private static void answerAtTheEnd(HttpExchange exchange, CountDownLatch end) throws IOException {
        try {
            assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        product("100").answer(exchange);
    }

    @Test
    void aHitHasItsAgeAndOtherHeadersOfItsOwn() throws Exception {
        HttpResponse<String> miss = get("/api/catalogue/HIT");
        HttpResponse<String> hit = get("/api/catalogue/HIT");
        assertThat(orders.received()).hasSize(1);
        assertThat(miss.headers().firstValue("Age")).isEmpty();
        assertThat(hit.headers().firstValue("Age")).hasValue("0");
        assertThat(hit.headers().allValues("ETag")).containsExactly("\"100\"");
        assertThat(hit.headers().allValues("X-Correlation-Id")).hasSize(1).isNotEqualTo(miss.headers().allValues(
                "X-Correlation-Id"));
        HttpResponse<String> unchanged = send(http, gateway.request("/api/catalogue/HIT", null).header("If-None-Match",
                "\"100\""));
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.body()).isEmpty();
        assertThat(orders.received()).hasSize(1);
    }

    /** The client's own condition would have the service answer 304 to somebody who has nothing. */
    @Test
    void theServiceIsNotAskedWithTheConditionOfAClient() throws Exception {
        assertThat(send(http, gateway.request("/api/catalogue/TAG", null).header("If-None-Match", "\"100\""))
                .statusCode()).isEqualTo(304);
        assertThat(orders.received()).first().satisfies(seen -> assertThat(seen.headers()).doesNotContainKey(
                "If-none-match"));
        assertThat(get("/api/catalogue/TAG").body()).isEqualTo("100");
        assertThat(orders.received()).hasSize(1);
    }

    @Test
    void aTokenIsVerifiedAlsoIfTheAnswerIsThere() throws Exception {
        assertThat(get("/api/catalogue/TOKEN").statusCode()).isEqualTo(200);
        assertThat(send(http, gateway.request("/api/catalogue/TOKEN", "Bearer forged")).statusCode()).isEqualTo(401);
        assertThat(send(http, gateway.request("/api/catalogue/TOKEN", LimitedGateway.customer("alice"))).headers()
                .firstValue("Age")).isPresent();
    }

    @Test
    void aChangeThroughThisGatewayIsSeenAtOnce() throws Exception {
        assertThat(get("/api/catalogue/PRICE").body()).isEqualTo("100");
        orders.behave(product("200"));
        assertThat(get("/api/catalogue/PRICE").body()).isEqualTo("100");
        assertThat(send(http, gateway.request("/api/catalogue/PRICE", TestIssuer.shared().bearer("clerk",
                "catalogue.write")).PUT(BodyPublishers.ofString("{}"))).statusCode()).isEqualTo(200);
        assertThat(get("/api/catalogue/PRICE").body()).isEqualTo("200");
    }

    @Test
    void nothingElseIsCached() throws Exception {
        for (String path : new String[]{"/api/orders/X", "/api/orders"}) {
            String alice = LimitedGateway.customer("alice");
            send(http, gateway.request(path, alice));
            send(http, gateway.request(path, alice));
        }
        assertThat(orders.received()).hasSize(4);
    }
}
