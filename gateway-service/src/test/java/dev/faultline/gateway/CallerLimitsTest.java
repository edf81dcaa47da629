package dev.faultline.gateway;

import static dev.faultline.gateway.LimitedGateway.BULKHEAD;
import static dev.faultline.gateway.LimitedGateway.BURST;
import static dev.faultline.gateway.LimitedGateway.FINE;
import static dev.faultline.gateway.LimitedGateway.LIMITS;
import static dev.faultline.gateway.LimitedGateway.WRITES;
import static dev.faultline.gateway.LimitedGateway.all;
import static dev.faultline.gateway.LimitedGateway.assertRefusal;
import static dev.faultline.gateway.LimitedGateway.customer;
import static dev.faultline.gateway.LimitedGateway.grantedSince;
import static dev.faultline.gateway.LimitedGateway.send;
import static dev.faultline.gateway.LimitedGateway.sendMany;
import static dev.faultline.gateway.LimitedGateway.withStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each test has customers of its own, who begin with their whole burst. */
@Tag("integration")
class CallerLimitsTest {
    private static final String SERVICE = "limited-gateway";

    private static LimitedGateway gateway;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CountDownLatch end = new CountDownLatch(1);
    private final long start = System.nanoTime();
    private Backend orders;

    @BeforeAll
    static void startGateway() throws IOException {
        gateway = new LimitedGateway(SERVICE, SERVICE + "-1", LIMITS);
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    @BeforeEach
    void startService() {
        orders = new Backend("order-service", FINE);
        gateway.awaitAnswer("/api/orders");
        orders.received().clear();
    }

    @AfterEach
    void stopService() {
        end.countDown();
        orders.close();
    }

    @Test
    void aGreedyCustomerIsRefusedAndNobodyElse() throws Exception {
        double refusalsBefore = refusals();
        var greedy = sendMany(http, 10 * BURST, gateway.request("/api/orders", customer("greedy")));
        for (int i = 0; i < BURST; i++) {
            assertThat(send(http, gateway.request("/api/orders", customer("modest"))).body()).isEqualTo("fine");
        }
        List<HttpResponse<String>> answers = all(greedy);
        assertThat(withStatus(answers, 200)).hasSizeBetween(BURST, grantedSince(start));
        assertThat(withStatus(answers, 429)).hasSize(answers.size() - withStatus(answers, 200).size()).allSatisfy(
                answer -> {
                    assertRefusal(answer, "customer");
                    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
                    assertThat(answer.headers().firstValue("RateLimit")).hasValue("\"customer\";r=0;t=1");
                    assertThat(answer.headers().firstValue("X-Correlation-Id")).isPresent();
                });
        assertThat(refusals() - refusalsBefore).isEqualTo(withStatus(answers, 429).size());
    }

    @Test
    void aCustomersUnansweredPlacementsLeaveRoomForThoseOfOthers() throws Exception {
        orders.behave(this::answerAtTheEnd);
        var greedy = sendMany(http, 2 * BULKHEAD, gateway.placement(customer("impatient")));
        await().atMost(Duration.ofSeconds(10)).until(() -> done(greedy) == 2 * BULKHEAD - WRITES);
        assertThat(orders.received()).hasSize(WRITES);

        var other = http.sendAsync(gateway.placement(customer("patient")).build(), BodyHandlers.ofString());
        await().atMost(Duration.ofSeconds(10)).until(() -> orders.received().size() == WRITES + 1);
        end.countDown();
        assertThat(other.get(30, TimeUnit.SECONDS).body()).isEqualTo("fine");
        List<HttpResponse<String>> answers = all(greedy);
        assertThat(withStatus(answers, 200)).hasSize(WRITES);
        assertThat(withStatus(answers, 429)).hasSize(2 * BULKHEAD - WRITES).anySatisfy(answer -> assertRefusal(answer,
                "customer-writes"));
    }

    /** The control of the test above: the same greedy customer, in front of whom nothing is. */
    @Test
    void withoutLimitsAGreedyCustomerTakesEveryPlace() throws Exception {
        try (var unlimited = new LimitedGateway("unlimited-gateway", "unlimited-gateway-1",
                "faultline.limits.customer.rate=1000000", "faultline.limits.customer.burst=1000000",
                "faultline.limits.customer.writes=1000000", LIMITS[LIMITS.length - 1])) {
            unlimited.awaitAnswer("/api/orders");
            orders.received().clear();
            orders.behave(this::answerAtTheEnd);
            var greedy = sendMany(http, 2 * BULKHEAD, unlimited.placement(customer("impatient")));
            await().atMost(Duration.ofSeconds(10)).until(() -> done(greedy) == BULKHEAD);

            assertThat(send(http, unlimited.placement(customer("patient"))).statusCode()).isEqualTo(503);
            end.countDown();
            assertThat(withStatus(all(greedy), 503)).hasSize(BULKHEAD);
        }
    }

    @Test
    void aNewTokenBuysNoFurtherRequests() throws Exception {
        var answers = new ArrayList<HttpResponse<String>>();
        for (int i = 0; i < 2 * BURST; i++) {
            answers.add(send(http, gateway.request("/api/orders", customer("renewing"))));
        }
        assertThat(withStatus(answers, 200)).hasSizeBetween(BURST, grantedSince(start));
        assertThat(withStatus(answers, 429)).isNotEmpty();
    }

    @Test
    void programsHaveNoLimitUnlessTheyAreGivenOne() throws Exception {
        String shop = TestIssuer.shared().bearer("shop", "orders.all");
        for (int i = 0; i < 3 * BURST; i++) {
            HttpResponse<String> answer = send(http, gateway.request("/api/orders", shop));
            assertThat(answer.body()).isEqualTo("fine");
            assertThat(answer.headers().firstValue("RateLimit")).isEmpty();
        }
        String partner = TestIssuer.shared().bearer("partner", "orders.all");
        assertThat(send(http, gateway.request("/api/orders", partner)).headers().firstValue("RateLimit-Policy"))
                .hasValue(
                        "\"caller\";q=40;w=40, \"caller-writes\";q=10;qu=\"concurrent-requests\"");
    }

    @Test
    void severalGatewaysShareTheLimits() throws Exception {
        String policy = "\"customer\";q=%d;w=20, \"customer-writes\";q=%d;qu=\"concurrent-requests\"";
        try (var second = new LimitedGateway(SERVICE, SERVICE + "-2", LIMITS)) {
            second.awaitAnswer("/api/orders");
            for (var each : List.of(gateway, second)) {
                awaitPolicy(each, policy.formatted(BURST / 2, WRITES / 2));
            }
            long began = System.nanoTime();
            var answers = all(sendMany(http, 2 * BURST, gateway.request("/api/orders", customer("everywhere"))));
            answers.addAll(all(sendMany(http, 2 * BURST, second.request("/api/orders", customer("everywhere")))));
            assertThat(withStatus(answers, 200)).hasSizeBetween(BURST, 1 + grantedSince(began));
        }
        awaitPolicy(gateway, policy.formatted(BURST, WRITES));
    }

    /** Customers that nobody has seen yet, until the gateway says that its quotas are these. */
    private void awaitPolicy(LimitedGateway gateway, String policy) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(send(http, gateway.request("/api/orders",
                customer(UUID.randomUUID().toString()))).headers().firstValue("RateLimit-Policy")).hasValue(policy));
    }

    private static double refusals() throws Exception {
        Matcher refusals = Pattern.compile("faultline_limits_refusals_total\\{.*policy=\"customer\"} ([0-9.]+)")
                .matcher(
                        gateway.metrics());
        assertThat(refusals.find()).isTrue();
        return Double.parseDouble(refusals.group(1));
    }

    private void answerAtTheEnd(HttpExchange exchange) throws IOException {
        try {
            boolean _ = end.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        FINE.answer(exchange);
    }

    private static long done(List<CompletableFuture<HttpResponse<String>>> answers) {
        return answers.stream().filter(CompletableFuture::isDone).count();
    }
}
