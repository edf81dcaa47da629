package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.faultline.gateway.Backend.Behaviour;
import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The policies in the gateway, with instances that a real Consul knows. */
@Tag("integration")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "spring.cloud.loadbalancer.zone=a", "faultline.gateway.balancing.routes.stock=weighted",
    "faultline.gateway.balancing.slow-start=0s", "faultline.gateway.balancing.ejection.time=30s"})
class GatewayBalancingTest {
    private static final Behaviour OK = Backend.status(200, "fine");
    private static final String SERVICE = "inventory-service";

    @LocalServerPort int port;
    @LocalManagementPort int managementPort;
    @Autowired LoadBalancerClientFactory loadBalancers;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Backend> backends = new ArrayList<>();

    @DynamicPropertySource
    static void infrastructure(DynamicPropertyRegistry registry) {
        registry.add("faultline.security.issuer", TestIssuer.shared()::uri);
        registry.add("spring.cloud.consul.host", Consul.shared()::host);
        registry.add("spring.cloud.consul.port", Consul.shared()::port);
    }

    @AfterEach
    void stop() throws Exception {
        backends.forEach(Backend::close);
        assertThat(change("stock", "weighted").statusCode()).isEqualTo(200);
    }

    @Test
    void anInstancesShareIsThatOfItsWeightInConsul() throws Exception {
        start(OK, Map.of("weight", "1"));
        start(OK, Map.of("weight", "3"));
        send(80);
        assertThat(received(0)).isBetween(17, 23);
        assertThat(received(0) + received(1)).isEqualTo(80);
    }

    @Test
    void anOperatorChangesThePolicyOfARouteWhileItRuns() throws Exception {
        start(OK, Map.of("weight", "1"));
        start(OK, Map.of("weight", "9"));
        HttpResponse<String> changed = change("stock", "round-robin");
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(changed.body()).get("policy").asString()).isEqualTo("round-robin");
        send(40);
        assertThat(received(0)).isEqualTo(20);
        assertThat(route("stock").get("policy").asString()).isEqualTo("round-robin");
        assertThat(route("orders").get("policy").asString()).as("the other routes").isEqualTo("least-in-flight");
    }

    @ParameterizedTest
    @CsvSource({"stock, fastest, policy: there is no policy, least-in-flight",
        "stock, '', policy: there is no policy, two-choices",
        "nowhere, random, route: there is no route, placing-orders"})
    void anUnknownPolicyOrRouteIsRefusedWithThoseThatThereAre(String route, String policy, String reason, String known)
            throws Exception {
        HttpResponse<String> refused = change(route, policy);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains(reason, known, "https://faultline.dev/problems/invalid-policy");
        assertThat(route("stock").get("policy").asString()).isEqualTo("weighted");
    }

    @ParameterizedTest
    @CsvSource({"policy, fastest, there are round-robin", "routes.stock, fastest, there are round-robin",
        "routes.nowhere, random, 'there are placing-and-waiting, placing-orders, orders, stock, payments, tokens'",
        "ejection.time, 0s, ejection.time must be positive"})
    void refusesToStartWithWhatDoesNotExist(String property, String value, String reason) {
        assertThatThrownBy(() -> SpringApplication.run(GatewayServiceApplication.class, "--server.port=0",
                "--management.server.port=0", "--faultline.security.issuer=" + TestIssuer.shared().uri(),
                "--spring.cloud.consul.host=" + Consul.shared().host(), "--spring.cloud.consul.port=" + Consul.shared()
                        .port(), "--faultline.gateway.balancing." + property + "=" + value)).satisfies(
                                e -> assertThat(NestedExceptionUtils.getMostSpecificCause(e)).hasMessageContaining(
                                        reason));
    }

    @Test
    void staysInTheGatewaysZoneWhileThatHasInstances() throws Exception {
        start(OK, Map.of("zone", "b"));
        start(OK, Map.of("zone", "a"));
        assertThat(change("stock", "zone-preference").statusCode()).isEqualTo(200);
        send(20);
        assertThat(received(0)).isZero();
        assertThat(received(1)).isEqualTo(20);
    }

    @Test
    void equalRequestsGoToTheSameInstance() throws Exception {
        start(OK, Map.of());
        start(OK, Map.of());
        start(OK, Map.of());
        assertThat(change("stock", "consistent-hash").statusCode()).isEqualTo(200);
        for (int i = 0; i < 20; i++) {
            assertThat(get("/api/stock/MUG").statusCode()).isEqualTo(200);
        }
        assertThat(backends.stream().map(backend -> backend.received().size())).containsOnly(0, 20);
    }

    @Test
    void anInstanceThatFailsLeavesRotationAndMetersTellIt() throws Exception {
        start(Backend.status(500, "broken"), Map.of());
        start(OK, Map.of());
        assertThat(change("stock", "round-robin").statusCode()).isEqualTo(200);
        for (int i = 0; i < 40; i++) {
            get("/api/stock/MUG");
        }
        assertThat(received(0)).as("half of twenty answers").isEqualTo(10);
        String metrics = management("/actuator/prometheus").body();
        assertThat(metrics).containsPattern("faultline_gateway_ejections_total\\{[^}]*instance=\"" + backends.getFirst()
                .id() + "\"[^}]*} 1\\.0").containsPattern("faultline_gateway_attempts_total\\{[^}]*instance=\""
                        + backends.getLast().id() + "\"[^}]*} 30\\.0");
    }

    /** docs/security.md. */
    @Test
    void whatTheAuthorizationTableForbidsIsForbidden() {
        assertThat(AuthorizationTable.of("gateway-service").violations(TestIssuer.shared(), port, managementPort, Map
                .of("route", "stock"))).isEmpty();
    }

    private void start(Behaviour behaviour, Map<String, String> metadata) {
        backends.add(new Backend(SERVICE, behaviour, metadata));
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(loadBalancers.getInstance(SERVICE,
                ServiceInstanceListSupplier.class).get().blockFirst()).extracting(ServiceInstance::getInstanceId)
                .containsExactlyInAnyOrderElementsOf(backends.stream().map(Backend::id).toList()));
    }

    private void send(int requests) throws Exception {
        for (int i = 0; i < requests; i++) {
            assertThat(get("/api/stock/SKU-" + i).statusCode()).isEqualTo(200);
        }
    }

    private int received(int backend) {
        return backends.get(backend).received().size();
    }

    private JsonNode route(String route) throws Exception {
        return JsonMapper.shared().readTree(management("/actuator/balancing").body()).get("routes").valueStream()
                .filter(one -> one.get("route").asString().equals(route)).findFirst().orElseThrow();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(), BodyHandlers
                .ofString());
    }

    private HttpResponse<String> management(String path) throws Exception {
        return http.send(operator(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> change(String route, String policy) throws Exception {
        return http.send(operator("/actuator/balancing/" + route).header("Content-Type", "application/json").POST(
                BodyPublishers.ofString("{\"policy\": \"" + policy + "\"}")).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder operator(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path)).header("Authorization",
                TestIssuer.shared().bearer("operator", "operations"));
    }
}
