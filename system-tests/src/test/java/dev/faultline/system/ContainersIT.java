package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

import dev.faultline.backing.TlsTrust;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order.Line;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The slim layout as containers, from the jars of this build. Skipped, with a message, if no engine can run it. */
@Tag("integration")
@TestMethodOrder(OrderAnnotation.class)
class ContainersIT {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final int PORT = 19_480;
    private static final int TLS_PORT = 19_443;
    private static final String PROJECT = "faultline-it";
    private static final Map<String, String> LAYOUT = Map.of("COMPOSE_PROFILES", "slim", "COMPOSE_PROJECT_NAME",
            PROJECT, "BUILD", "fast", "GATEWAY_PORT", Integer.toString(PORT), "GATEWAY_TLS_PORT",
            Integer.toString(TLS_PORT), "NETWORK_PREFIX", "10.65",
            "FAULTLINE_VERSION", "it");

    @BeforeAll
    static void up() throws Exception {
        requireOrSkip(docker("info").succeeded() && docker("compose", "version").succeeded(),
                "no Docker engine with compose is available");
        requireOrSkip(docker("compose", "pull", "--policy", "missing", "--ignore-buildable", "--quiet").succeeded()
                && docker("compose", "build", "--quiet").succeeded(),
                "the public base images are not available");
        Result up = docker("compose", "up", "--wait", "--wait-timeout", "300");
        assertThat(up.succeeded()).as(up.output()).isTrue();
    }

    /** Prints the reason, because the report of a skipped class does not contain it. */
    private static void requireOrSkip(boolean available, String reason) {
        if (!available) {
            System.out.println("SKIPPED: the container layout; " + reason + ".");
        }
        assumeTrue(available, reason);
    }

    @AfterAll
    static void down() throws Exception {
        if (docker("info").succeeded()) {
            docker("compose", "down", "--volumes", "--timeout", "10");
        }
    }

    @TempDir private Path secrets;

    /** After the first order, because it is not the first one then. */
    @Test
    @Order(2)
    void hasNoAnomalyWhileContainersAreKilledAndPaused() throws Exception {
        Result result = prove();
        assertThat(result.succeeded()).as(result.output()).isTrue();
        assertThat(result.output()).contains("left out: standby-lag", "No anomalies: ");
    }

    /** A positive control: the checker finds an anomaly in the containers' databases. */
    @Test
    @Order(3)
    void reportsStockThatVanishesFromAContainersShard() throws Exception {
        for (String shard : List.of("shard-1", "shard-2")) {
            assertThat(docker("compose", "exec", "--no-TTY", shard, "psql", "--username=faultline",
                    "--dbname=inventory", "--command=update stock set available = available - 1 where sku = 'PROVE-01'")
                    .succeeded()).isTrue();
        }
        Result result = prove();
        assertThat(result.succeeded()).as(result.output()).isFalse();
        assertThat(result.output()).contains("STOCK_NOT_CONSERVED PROVE-01");
    }

    /** As a user does it. */
    private static Result prove() throws IOException, InterruptedException {
        return run("./faultline", "prove", "--target", "compose", "--minutes", "1", "--every", "4", "--seed", "7");
    }

    @Test
    @Order(1)
    void confirmsTheFirstOrderAtOnce() throws Exception {
        for (String client : List.of(Credentials.CLERK, Credentials.SHOP)) {
            Files.writeString(secrets.resolve(client), docker("compose", "exec", "--no-TTY", "identity-service-1",
                    "cat",
                    "/run/secrets/" + client).output());
        }
        var gateway = URI.create("http://127.0.0.1:" + PORT);
        try (var platform = new PlatformClient(gateway, new Credentials(gateway, secrets))) {
            platform.putProduct("FIRST", "The first product", new Money(100, "EUR"));
            platform.receiveStock("FIRST", "first", 1);
            var request = new OrderRequest("alice", "card-visa", List.of(new Line("FIRST", 1)));
            assertThat(platform.place(request, "first", Duration.ofSeconds(10)).status()).isEqualTo("CONFIRMED");
        }
    }

    @Test
    @Order(4)
    void speaksTlsToWhoeverTrustsTheAuthorityOfTheContainers() throws Exception {
        var catalogue = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + TLS_PORT + "/api/catalogue")).build();
        Path authority = Files.writeString(secrets.resolve("ca.pem"), docker("compose", "exec", "--no-TTY",
                "load-balancer", "cat", "/run/secrets/ca.pem").output());
        try (var trusting = HttpClient.newBuilder().sslContext(TlsTrust.context(authority)).build();
                var stranger = HttpClient.newHttpClient()) {
            HttpResponse<String> response = trusting.send(catalogue, BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThatThrownBy(() -> stranger.send(catalogue, BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    /** By the load balancer, as a problem that the API describes. */
    @Test
    @Order(5)
    void answersThatNoGatewayIsAvailableUntilOneIs() throws Exception {
        assertThat(docker("compose", "stop", "gateway-service-1").succeeded()).isTrue();
        var catalogue = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + "/api/catalogue")).build();
        try (var client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(catalogue, BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("/problems/service-unavailable");
            assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(docker("compose", "up", "--wait", "--wait-timeout", "300").succeeded()).isTrue();
            await().atMost(Duration.ofSeconds(30)).until(() -> client.send(catalogue, BodyHandlers.ofString())
                    .statusCode() == 200);
        }
    }

    /** By the gateway, whom the load balancer tells the one true address. */
    @Test
    @Order(6)
    void limitsAnAddressWhateverItSaysOfItself() throws Exception {
        try (var client = HttpClient.newHttpClient(); var threads = Executors.newFixedThreadPool(8)) {
            var statuses = new ConcurrentSkipListSet<Integer>();
            var requests = IntStream.range(0, 2_000).<Callable<Void>>mapToObj(i -> () -> {
                var stock = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + "/api/stock/FIRST")).header(
                        "X-Forwarded-For", "192.0.2." + i % 250);
                if (!statuses.contains(429)) {
                    statuses.add(client.send(stock.build(), BodyHandlers.ofString()).statusCode());
                }
                return null;
            }).toList();
            threads.invokeAll(requests);
            assertThat(statuses).containsExactly(200, 429);
        }
    }

    /** Whoever reaches a node's port has to prove who it is. */
    @Test
    @Order(7)
    void believesNobodyBecauseOfTheNetworkItComesFrom() throws Exception {
        assertThat(from("services", "exec 3<>/dev/tcp/order-service-1/8080 && printf 'GET /api/catalogue HTTP/1.0\\r\\n"
                + "\\r\\n' >&3 && cat <&3")).contains("requires TLS");
        assertThat(from("services", request("order-service-1:8080", "/api/catalogue"))).contains(
                "certificate required");
        assertThat(from("services", request("consul:8501", "/v1/kv/faultline/orders/shard-map"))).contains(
                "403 Forbidden");
        assertThat(from("services", request("consul:8501", "/v1/catalog/services"))).contains("200 OK", "\r\n\r\n{}");

        String password = docker("compose", "exec", "--no-TTY", "order-service-1", "cat",
                "/run/node/properties/faultline.database.password").output().strip();
        String connection = "host=shard-1 dbname=orders user=orders password=" + password + " sslmode=";
        assertThat(from("storage", "psql '" + connection + "disable' --command='select 1'")).contains("no encryption");
        assertThat(from("storage", "psql '" + connection + "require' --command='select 1'")).contains(
                "requires a valid client certificate");
    }

    @Test
    @Order(8)
    void kafkaListensToNobodyWithoutAPassword() throws Exception {
        Path authority = Files.writeString(secrets.resolve("cluster.pem"), docker("compose", "exec", "--no-TTY",
                "kafka", "cat", "/run/node/ca.pem").output());
        String container = docker("compose", "ps", "--quiet", "kafka").output().strip();
        String address = docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
                container).output().strip();
        Map<String, Object> known = Map.of("bootstrap.servers", address + ":9092", "default.api.timeout.ms", 10_000,
                "request.timeout.ms", 5_000, "ssl.truststore.type", "PEM", "ssl.truststore.location", authority
                        .toString(), "ssl.endpoint.identification.algorithm", "", "sasl.mechanism", "PLAIN");
        var guessing = new HashMap<>(known);
        guessing.put("security.protocol", "SASL_SSL");
        guessing.put("sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required"
                + " username=\"order-service\" password=\"guessed\";");
        try (Admin admin = Admin.create(guessing)) {
            assertThatThrownBy(() -> admin.listTopics().names().get()).hasCauseInstanceOf(
                    SaslAuthenticationException.class);
        }
        var anonymous = new HashMap<>(known);
        anonymous.put("security.protocol", "SSL");
        try (Admin admin = Admin.create(anonymous)) {
            assertThatThrownBy(() -> admin.listTopics().names().get()).hasCauseInstanceOf(TimeoutException.class);
        }
    }

    private static String request(String server, String path) {
        return "printf 'GET " + path + " HTTP/1.0\\r\\n\\r\\n' | timeout 5 openssl s_client -quiet -connect " + server;
    }

    /** What a container prints that nobody knows. */
    private static String from(String network, String script) throws IOException, InterruptedException {
        String image = docker("inspect", "--format", "{{.Config.Image}}", docker("compose", "ps", "--quiet", "shard-1")
                .output().strip()).output().strip();
        return docker("run", "--rm", "--network", PROJECT + "_" + network, "--entrypoint", "bash", image, "-c", script)
                .output().strip();
    }

    @Test
    @Order(9)
    void leavesNothingBehind() throws Exception {
        assertThat(docker("compose", "down", "--volumes", "--timeout", "30").succeeded()).isTrue();
        var project = "label=com.docker.compose.project=" + PROJECT;
        assertThat(docker("ps", "--all", "--quiet", "--filter", project).output()).isEmpty();
        assertThat(docker("volume", "ls", "--quiet", "--filter", project).output()).isEmpty();
        assertThat(docker("network", "ls", "--quiet", "--filter", project).output()).isEmpty();
    }

    private record Result(boolean succeeded, String output) {}

    private static Result docker(String... arguments) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of("docker"), Stream.of(arguments)).toArray(String[]::new));
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(REPOSITORY.toFile()).redirectErrorStream(true);
        builder.environment().putAll(LAYOUT);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Result(false, command[0] + " is not installed");
        }
        try (var output = process.getInputStream()) {
            var text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor() == 0, text);
        }
    }
}
