package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Progress;
import dev.faultline.backing.TlsTrust;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.history.HistoryChecker;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.reading.HistoryReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The platform with {@code ./faultline up --secure --layout ha --gateways 2}. */
@Tag("integration")
class SecureIT {
    private static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster-secure").toAbsolutePath(),
            TrainedBuilds.DIRECTORY).withSecurity().withReplicatedServers().withGateways(2);
    private static final Target TARGET = new LocalTarget(CLUSTER);
    private static final Progress OUT = (subject, what) -> System.out.println("secure, " + subject + ": " + what);
    private static final Duration AT_MOST = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(10);

    @BeforeAll
    static void start() {
        TrainedBuilds.start(CLUSTER, OUT);
    }

    @AfterAll
    static void stop() {
        CLUSTER.wipe((_, _) -> {});
    }

    @Test
    void ordersAreConfirmedBeforeAndAfterAKillAndTheHistoryIsSound() {
        try (var platform = new PlatformClient(TARGET)) {
            await().atMost(AT_MOST).ignoreExceptionsInstanceOf(FaultlineException.class).untilAsserted(() -> {
                platform.putProduct("SECURE", "A product", new Money(1250, "EUR"));
                platform.receiveStock("SECURE", "first", 100);
            });
            assertThat(order(platform).status()).isEqualTo("CONFIRMED");
            for (String node : List.of("order-service-1", "payment-service-2", "kafka-1", "consul-1", "shard-1",
                    "gateway-service-1")) {
                TARGET.kill(node);
                assertThat(order(platform).status()).as("after the end of " + node).isEqualTo("CONFIRMED");
            }
        }
        await().atMost(AT_MOST).untilAsserted(() -> assertThat(TARGET.nodes()).allMatch(Target.Node::ready));
        var reader = new HistoryReader(TARGET);
        assertThat(reader.awaitQuiescence(AT_MOST, _ -> {})).isPresent();
        assertThat(HistoryChecker.check(reader.read())).isEmpty();
    }

    @Test
    void theGatewayRefusesPlainHttpInWords() throws IOException {
        URI gateway = CLUSTER.gatewayUrl();
        assertThat(gateway.getScheme()).isEqualTo("https");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.getPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("GET /api/catalogue HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(
                    StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).startsWith(
                    "HTTP/1.1 400").contains("requires TLS");
        }
    }

    @Test
    void aClientOfTheGatewayNeedsToTrustTheAuthorityAndNoCertificate() throws Exception {
        assertThat(get(TlsTrust.context(CLUSTER.authority().orElseThrow()), CLUSTER.gatewayUrl().resolve(
                "/api/catalogue"))
                .statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> get(SSLContext.getDefault(), CLUSTER.gatewayUrl().resolve("/api/catalogue")))
                .isInstanceOf(SSLException.class);
    }

    /** Each request has a connection of its own, and none is refused or reset. */
    @Test
    void eitherOfTwoGatewaysIsEnough() throws Exception {
        SSLContext client = TlsTrust.context(CLUSTER.authority().orElseThrow());
        for (String gateway : List.of("gateway-service-1", "gateway-service-2")) {
            CLUSTER.nodes().stop(gateway);
            await().atMost(AT_MOST).until(() -> CLUSTER.nodes().list().stream().anyMatch(node -> node.name()
                    .equals(gateway) && node.pid().isEmpty()));
            for (int i = 0; i < 20; i++) {
                assertThat(get(client, CLUSTER.gatewayUrl().resolve("/api/catalogue")).statusCode()).as("without "
                        + gateway).isEqualTo(200);
            }
            CLUSTER.nodes().start(gateway);
            await().atMost(AT_MOST).untilAsserted(() -> assertThat(TARGET.nodes()).allMatch(Target.Node::ready));
        }
    }

    @Test
    void aServiceAnswersNobodyWithoutACertificateOfTheCluster() throws Exception {
        SSLContext nobody = TlsTrust.context(CLUSTER.authority().orElseThrow());
        URI acquirer = CLUSTER.acquirerUrl().resolve("/journal");
        assertThatThrownBy(() -> get(nobody, acquirer)).isInstanceOf(IOException.class);
        assertThat(get(CLUSTER.tls().orElseThrow(), acquirer).statusCode()).isEqualTo(401);
        for (String node : List.of("order-service-1", "inventory-service-1", "payment-service-1",
                "identity-service-1")) {
            URI management = TARGET.managementUrl(node);
            assertThat(management.getScheme()).isEqualTo("http");
            assertThatThrownBy(() -> get(nobody, CLUSTER.nodes().url(node))).as(node).isInstanceOf(IOException.class);
            assertThat(get(CLUSTER.tls().orElseThrow(), CLUSTER.nodes().url(node)).statusCode()).as(node).isLessThan(
                    500);
        }
    }

    @Test
    void secretsAreTheOwnersOnly() throws IOException {
        try (var files = Files.walk(CLUSTER.home().resolve("tls"))) {
            assertThat(files.filter(Files::isRegularFile).toList()).isNotEmpty().allSatisfy(file -> assertThat(Files
                    .getPosixFilePermissions(file)).noneMatch(permission -> permission.name().matches(
                            "(GROUP|OTHERS)_.*")));
        }
    }

    private static Order order(PlatformClient platform) {
        var request = new OrderRequest("alice", "card-visa", List.of(new Order.Line("SECURE", 1)));
        String key = UUID.randomUUID().toString();
        return await().atMost(AT_MOST).ignoreExceptionsInstanceOf(FaultlineException.class).until(() -> platform.place(
                request, key, WAIT), Order::isComplete);
    }

    private static HttpResponse<String> get(SSLContext context, URI uri) throws IOException, InterruptedException {
        try (var http = HttpClient.newBuilder().sslContext(context).build()) {
            return http.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(), BodyHandlers
                    .ofString());
        }
    }
}
