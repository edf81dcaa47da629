package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.faultline.backing.FreePorts;
import dev.faultline.gateway.Backend.Behaviour;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway with small limits, and clients at several loopback addresses. */
final class LimitedGateway implements AutoCloseable {
    static final int BURST = 20;
    static final int WRITES = 4;
    /** Placements, of all callers together. */
    static final int BULKHEAD = 16;
    static final String[] LIMITS = {"faultline.limits.customer.rate=1", "faultline.limits.customer.burst=" + BURST,
        "faultline.limits.customer.writes=" + WRITES, "faultline.limits.customer.write-cost=1",
        "faultline.limits.address.rate=1",
        "faultline.limits.address.burst=" + BURST, "faultline.limits.callers.partner.rate=1",
        "faultline.limits.callers.partner.burst=40", "faultline.limits.callers.partner.writes=10",
        "resilience4j.bulkhead.instances.placing-orders.max-concurrent-calls=" + BULKHEAD};
    static final Behaviour FINE = Backend.status(200, "fine");

    private final int port;
    private final int managementPort;
    private final ConfigurableApplicationContext context;

    /** @param service the name that gateways which share their limits have in common */
    LimitedGateway(String service, String instance, String... properties) throws IOException {
        List<Integer> ports = FreePorts.take(2);
        this.port = ports.getFirst();
        this.managementPort = ports.getLast();
        this.context = new SpringApplicationBuilder(GatewayServiceApplication.class).run(Stream.concat(Stream.of(
                "spring.application.name=" + service, "faultline.instance=" + instance, "server.port=" + port,
                "management.server.port=" + managementPort, "faultline.security.issuer=" + TestIssuer.shared().uri(),
                "spring.cloud.consul.host=" + Consul.shared().host(), "spring.cloud.consul.port=" + Consul.shared()
                        .port()), Stream.of(properties)).map(property -> "--" + property).toArray(String[]::new));
    }

    /** @param authorization null: none */
    HttpRequest.Builder request(String path, @Nullable String authorization) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(
                30));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    HttpRequest.Builder placement(String authorization) {
        return request("/api/orders", authorization).POST(BodyPublishers.ofString("{}"));
    }

    /** A client whose address is one of 127.0.0.0/8, so that tests do not use up each other's limits. */
    static HttpClient clientAt(String address) throws IOException {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).localAddress(InetAddress.getByName(address))
                .build();
    }

    static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Sends all at once. */
    static List<CompletableFuture<HttpResponse<String>>> sendMany(HttpClient client, int count,
            HttpRequest.Builder request) {
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < count; i++) {
            answers.add(client.sendAsync(request.build(), BodyHandlers.ofString()));
        }
        return answers;
    }

    /** Waits until the gateway knows an instance that answers. */
    void awaitAnswer(String path) {
        String shop = TestIssuer.shared().bearer("shop", "orders.all");
        HttpClient client = HttpClient.newHttpClient();
        await().atMost(Duration.ofSeconds(10)).until(() -> send(client, request(path, shop)).statusCode() == 200);
    }

    static String customer(String name) {
        return TestIssuer.shared().bearer(name, "orders");
    }

    /** The most that a caller may have been granted since then, at one a second. */
    static int grantedSince(long begin) {
        return BURST + 1 + (int) Duration.ofNanos(System.nanoTime() - begin).toSeconds();
    }

    static List<HttpResponse<String>> all(List<CompletableFuture<HttpResponse<String>>> answers) throws Exception {
        var all = new ArrayList<HttpResponse<String>>();
        for (var answer : answers) {
            all.add(answer.get(30, TimeUnit.SECONDS));
        }
        return all;
    }

    static List<HttpResponse<String>> withStatus(List<HttpResponse<String>> answers, int status) {
        assertThat(answers).extracting(HttpResponse::statusCode).isSubsetOf(Set.of(200, 401, 429, 503));
        return answers.stream().filter(answer -> answer.statusCode() == status).toList();
    }

    static void assertRefusal(HttpResponse<String> answer, String policy) {
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JsonMapper.shared().readTree(answer.body());
        assertThat(problem.get("type").asString()).isEqualTo("https://faultline.dev/problems/quota-exceeded");
        assertThat(problem.get("detail").asString()).contains("was not executed");
        assertThat(problem.at("/violated-policies/0").asString()).isEqualTo(policy);
    }

    int port() {
        return port;
    }

    String metrics() throws Exception {
        return send(HttpClient.newHttpClient(), HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort
                + "/actuator/prometheus"))).body();
    }

    @Override
    public void close() {
        context.close();
    }
}
