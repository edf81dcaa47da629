package dev.faultline.acquirer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("integration")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
    "management.server.port=0",
    "faultline.acquirer.hold-for=1s"})
class AcquirerSimulatorTest {
    private static final String TERMS = """
            {"minorUnits":1250,"currency":"EUR","paymentMethod":"card-visa"}""";
    private static final AtomicInteger ids = new AtomicInteger();

    @TempDir static Path directory;

    @LocalServerPort int port;

    @LocalManagementPort int managementPort;

    @Autowired ApplicationContext context;

    private final HttpClient http = HttpClient.newHttpClient();
    private String id = "";

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        registry.add("faultline.security.issuer", TestIssuer.shared()::uri);
        registry.add("spring.cloud.consul.host", Consul.shared()::host);
        registry.add("spring.cloud.consul.port", Consul.shared()::port);
        registry.add("faultline.acquirer.journal", directory::toString);
    }

    @BeforeEach
    void startsWithoutFaultsAndWithANewPayment() throws Exception {
        send("DELETE", "/faults", "");
        id = "payment-" + ids.incrementAndGet();
    }

    record Answer(int status, JsonNode body, HttpResponse<String> response) {}

    @Test
    void chargesAndRefundsEachOnce() throws Exception {
        long before = journal(0).get("last").asLong();
        for (int repeats = 0; repeats < 2; repeats++) {
            assertAnswer(charge(TERMS), 200, "CHARGED");
        }
        assertAnswer(put("void"), 409, "CHARGED");
        for (int repeats = 0; repeats < 2; repeats++) {
            assertAnswer(put("refund"), 200, "REFUNDED");
        }
        Answer found = send("GET", "/payments/" + id, "");
        assertAnswer(found, 200, "REFUNDED");
        assertThat(found.body().at("/amount/minorUnits").asLong()).isEqualTo(1250);
        assertThat(journal(before).get("entries").valueStream().map(e -> e.get("kind").asString()))
                .containsExactly("CHARGED", "REFUNDED");
    }

    @Test
    void declinesByPaymentMethodWithAReason() throws Exception {
        Answer declined = charge(TERMS.replace("card-visa", "card-declined"));
        assertAnswer(declined, 402, "DECLINED");
        assertThat(declined.body().get("reason").asString()).isEqualTo("insufficient-funds");
        assertAnswer(put("refund"), 409, "DECLINED");
    }

    @Test
    void rejectsAnotherAmountUnderTheSameId() throws Exception {
        charge(TERMS);
        Answer refused = charge(TERMS.replace("1250", "1251"));
        assertAnswer(refused, 409, "CHARGED");
        assertThat(refused.body().get("reason").asString()).isEqualTo("other-terms");
    }

    @Test
    void rejectsAChargeThatArrivesAfterItsVoid() throws Exception {
        assertAnswer(put("void"), 200, "VOIDED");
        assertAnswer(charge(TERMS), 409, "VOIDED");
        assertAnswer(put("refund"), 409, "VOIDED");
    }

    @Test
    void timesOutAfterChargingIfConfigured() throws Exception {
        send("PUT", "/faults", "{\"timeoutAfterChargeShare\":1}");
        var hasty = request("PUT", "/payments/" + id + "/charge", TERMS).timeout(Duration.ofMillis(300)).build();
        assertThatThrownBy(() -> http.send(hasty, BodyHandlers.ofString())).isInstanceOf(HttpTimeoutException.class);
        send("DELETE", "/faults", "");
        assertAnswer(send("GET", "/payments/" + id, ""), 200, "CHARGED");

        send("PUT", "/faults", "{\"timeoutAfterChargeShare\":1}");
        Answer patient = put("refund");
        assertProblem(patient, 504, "simulated-timeout");
        assertAnswer(send("GET", "/payments/" + id, ""), 200, "REFUNDED");
    }

    @Test
    void failsWithoutEffectIfConfigured() throws Exception {
        send("PUT", "/faults", "{\"failShare\":1, \"seed\":7}");
        Answer failed = charge(TERMS);
        assertThat(failed.status()).isIn(500, 503);
        assertProblem(failed, failed.status(), "simulated-failure");
        send("DELETE", "/faults", "");
        assertProblem(send("GET", "/payments/" + id, ""), 404, "unknown-payment");
    }

    @Test
    void declinesForGoodIfConfigured() throws Exception {
        send("PUT", "/faults", "{\"declineShare\":1}");
        assertAnswer(charge(TERMS), 402, "DECLINED");
        send("DELETE", "/faults", "");
        Answer repeated = charge(TERMS);
        assertAnswer(repeated, 402, "DECLINED");
        assertThat(repeated.body().get("reason").asString()).isEqualTo("do-not-honour");
    }

    @Test
    void isSlowIfConfigured() throws Exception {
        send("PUT", "/faults", "{\"slowShare\":1,\"slowFor\":\"PT0.3S\"}");
        long start = System.nanoTime();
        assertAnswer(charge(TERMS), 200, "CHARGED");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUT  | /payments/x/charge         | {"minorUnits":0,"currency":"EUR","paymentMethod":"card-visa"}             | 422 | minorUnits
            PUT  | /payments/x/charge         | {"minorUnits":1000000000001,"currency":"EUR","paymentMethod":"card-visa"} | 422 | minorUnits
            PUT  | /payments/x/charge         | {"minorUnits":1.5,"currency":"EUR","paymentMethod":"card-visa"}           | 422 | minorUnits
            PUT  | /payments/x/charge         | {"currency":"EUR","paymentMethod":"card-visa"}                            | 422 | minorUnits
            PUT  | /payments/x/charge         | {"minorUnits":1,"currency":"EURO","paymentMethod":"card-visa"}            | 422 | currency
            PUT  | /payments/x/charge         | {"minorUnits":1,"paymentMethod":"card-visa"}                              | 422 | currency
            PUT  | /payments/x/charge         | {"minorUnits":1,"currency":"EUR","paymentMethod":"A b"}                   | 422 | paymentMethod
            PUT  | /payments/x/charge         | {"minorUnits":1,"currency":"EUR"}                                         | 422 | paymentMethod
            PUT  | /payments/x/charge         | {"minorUnits":1,"currency":"EUR","paymentMethod":"card-visa","tip":1}     | 422 | tip
            PUT  | /payments/x/charge         | {"minorUnits":                                                            | 400 |
            PUT  | /payments/x/charge         | null                                                                      | 400 |
            PUT  | /payments/a_b/refund       |                                                                           | 422 | id
            PUT  | /faults                    | {"failShare":1.1}                                                         | 422 | failShare
            PUT  | /faults                    | {"slowFor":"PT2M"}                                                        | 422 | slowFor
            PUT  | /faults                    | {"slowFor":"soon"}                                                        | 422 | slowFor
            GET  | /journal?limit=0           |                                                                           | 422 | limit
            GET  | /journal?after=x           |                                                                           | 422 | after
            GET  | /payments/never-heard-of   |                                                                           | 404 |
            GET  | /nothing                   |                                                                           | 404 |
            GET  | /actuator/health           |                                                                           | 404 |
            POST | /faults                    |                                                                           | 405 |
            """)
    void explainsInvalidInput(String method, String path, String body, int status, String field)
            throws Exception {
        Answer answer = send(method, path, body == null ? "" : body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.response().headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body().get("type").asString()).startsWith("https://faultline.dev/problems/");
        if (field != null) {
            assertThat(answer.body().at("/errors/0/field").asString()).isEqualTo(field);
        }
    }

    @Test
    void isReadyOnItsManagementPort() throws Exception {
        var request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + managementPort + "/actuator/health/readiness")).build();
        var response = http.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("journal");
    }

    @Test
    void isRegisteredInConsul() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            var request = HttpRequest.newBuilder(Consul.shared().uri().resolve(
                    "/v1/catalog/service/acquirer-simulator"))
                    .build();
            assertThat(http.send(request, BodyHandlers.ofString()).body()).contains("acquirer-simulator-1");
        });
    }

    private void assertAnswer(Answer answer, int status, String paymentStatus) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
        assertThat(answer.body().get("status").asString()).isEqualTo(paymentStatus);
        assertThat(answer.body().get("paymentId").asString()).isEqualTo(id);
    }

    private static void assertProblem(Answer answer, int status, String slug) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().get("type").asString()).isEqualTo("https://faultline.dev/problems/" + slug);
    }

    private Answer charge(String details) throws Exception {
        return send("PUT", "/payments/" + id + "/charge", details);
    }

    private Answer put(String operation) throws Exception {
        return send("PUT", "/payments/" + id + "/" + operation, "");
    }

    private JsonNode journal(long after) throws Exception {
        return send("GET", "/journal?after=" + after, "").body();
    }

    private Answer send(String method, String path, String body) throws Exception {
        var response = http.send(request(method, path, body).build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), JsonMapper.shared().readTree(response.body()), response);
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", TestIssuer.shared().bearerOfAll())
                .header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body));
    }

    /** docs/security.md */
    @Test
    void theAuthorizationTableHasEveryOperationAndHolds() throws Exception {
        var table = AuthorizationTable.of("acquirer-simulator");
        assertThat(table.differencesFrom(context)).isEmpty();
        assertThat(table.violations(TestIssuer.shared(), port, managementPort, Map.of("id", "payment-x"))).isEmpty();
    }
}
