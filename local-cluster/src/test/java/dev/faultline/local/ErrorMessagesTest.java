package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.Replication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Error messages say what failed, where, and how to fix it. */
class ErrorMessagesTest {

    @TempDir Path directory;

    @Test
    void namesThePortInUseItsNodeAndTheProcessThatUsesIt() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> PortCheck.check(Map.of(port, "kafka-1"))).isInstanceOf(FaultlineException.class)
                    .hasMessageContaining("Port " + port + " of kafka-1 is in use")
                    .hasMessageContaining("by process " + ProcessHandle.current().pid()).hasMessageContaining("--port");
        }
    }

    @Test
    void movesNoNodeToAPortThatItCannotHave() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> PortCheck.check(port, "order-service-1")).isInstanceOf(FaultlineException.class)
                    .hasMessageContaining("Port " + port + " of order-service-1 is in use").hasMessageContaining(
                            "choose another port");
        }
        for (int port : List.of(0, 80, 65_536)) {
            assertThatThrownBy(() -> PortCheck.check(port, "order-service-1")).isInstanceOf(FaultlineException.class)
                    .hasMessageContaining("from 1024 to 65535");
        }
    }

    @Test
    void startsNothingIfAPortIsInUse() throws Exception {
        LocalCluster cluster = LocalCluster.in(directory.resolve("home"));
        // One of the ports above the gateway's.
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int gateway = taken.getLocalPort() - 30;
            assertThatThrownBy(() -> cluster.up(OptionalInt.of(gateway), (_, _) -> {}, (_, _) -> {}))
                    .isInstanceOf(FaultlineException.class).hasMessageContaining(" is in use");
        }
        assertThat(cluster.isRunning()).isFalse();
        assertThat(cluster.hasNodes()).isFalse();
    }

    @Test
    void rejectsAHomeThatIsNotWritable() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        LocalCluster cluster = LocalCluster.in(file.resolve("home"));

        assertThatThrownBy(() -> cluster.up(OptionalInt.empty(), (_, _) -> {}, (_, _) -> {})).isInstanceOf(
                FaultlineException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("--home");
    }

    @Test
    void locksTheClusterWhileItIsStartedOrStopped() throws Exception {
        var home = new Home(directory);
        home.open();
        try (var _ = home.lock()) {
            assertThatThrownBy(() -> LocalCluster.in(directory).up(OptionalInt.empty(), (_, _) -> {}, (_, _) -> {}))
                    .isInstanceOf(FaultlineException.class).hasMessageContaining("Another ./faultline is starting");
        }
        home.lock().close();
    }

    @Test
    void suggestsTheNearestNode() {
        var home = new Home(directory);
        home.open();
        home.write(Settings.create(8080));

        assertThatThrownBy(() -> LocalCluster.in(directory).nodes().log("payment-servce-1")).isInstanceOf(
                FaultlineException.class)
                .hasMessageContaining("Did you mean payment-service-1?").hasMessageContaining("shard-2");
        assertThat(Suggestion.nearest("database", List.of("shard-1", "kafka-1"))).isEmpty();
    }

    @Test
    void keepsPasswordsReadableByTheOwnerOnly() throws Exception {
        var home = new Home(directory);
        home.open();
        home.write(Settings.create(8080));

        assertThat(Files.getPosixFilePermissions(directory.resolve("cluster.json"))).hasToString(
                "[OWNER_READ, OWNER_WRITE]");
        assertThat(home.settings().orElseThrow().passwordOf("orders"))
                .isNotEqualTo(home.settings().orElseThrow().passwordOf("payments")).hasSize(24);
    }

    @Test
    void aClusterIsSecuredWhileItIsStoppedAndStaysSo() throws Exception {
        var home = new Home(directory);
        home.open();
        home.write(Settings.create(8080));
        var secure = RequestedSettings.NONE.withSecurity();
        assertThatThrownBy(() -> secure.apply(home, true)).isInstanceOf(FaultlineException.class).hasMessageContaining(
                "already running without --secure").hasMessageContaining("./faultline down");

        String secret = secure.apply(home, false).secret();

        assertThat(secret).isNotNull();
        assertThat(RequestedSettings.NONE.apply(home, true).secret()).isEqualTo(
                secret);
        assertThat(secure.apply(home, true).secret()).isEqualTo(secret);
    }

    @Test
    void onlyANewClusterGetsThreeOfEachServer() throws Exception {
        var home = new Home(directory);
        home.open();
        var replicated = RequestedSettings.NONE.withReplicatedServers();
        Files.createDirectories(home.data("kafka-1"));
        assertThatThrownBy(() -> replicated.apply(home, false)).isInstanceOf(FaultlineException.class)
                .hasMessageContaining("cannot become three").hasMessageContaining("./faultline down --wipe");
        Files.delete(home.data("kafka-1"));

        assertThat(replicated.apply(home, false).replicated()).isTrue();

        Files.createDirectories(home.data("kafka-1"));
        assertThat(replicated.apply(home, true).replicated()).isTrue();
        assertThat(RequestedSettings.NONE.apply(home, true).replicated())
                .isTrue();
    }

    @Test
    void instancesOfAServiceRegisterWithDifferentConsulServersIfThereAreThree() {
        var layout = new Layout(new Home(directory), Settings.create(8080).withReplicatedServers(), new CacheDirectory(
                directory), KafkaAotCache.of(new CacheDirectory(directory)), (_, _) -> {});

        assertThat(layout.nodeNames()).startsWith("consul-1", "consul-2", "consul-3", "kafka-1", "kafka-2", "kafka-3");
        assertThat(layout.listeners()).hasSize(3 * 3 + 3 * 2 + 2 + 9 * 2);
        assertThat(layout.kafkaConnection()).containsEntry("bootstrap.servers",
                "127.0.0.1:8103,127.0.0.1:8147,127.0.0.1:8149");
        assertThat(layout.services().stream().filter(service -> service.application().equals("order-service")).map(
                service -> service.environment().get("SPRING_CLOUD_CONSUL_PORT"))).containsExactly("8100", "8141");
    }

    @Test
    void aClusterThatIsNotSecuredHasNoCertificatesAndNoFurtherPasswords() {
        var home = new Home(directory);
        var plain = new Layout(home, Settings.create(8080), new CacheDirectory(directory), KafkaAotCache.of(
                new CacheDirectory(directory)), (_, _) -> {});
        plain.security().renew(plain);
        assertThat(home.certificates()).doesNotExist();
        assertThat(plain.services()).allSatisfy(service -> {
            assertThat(service.url().getScheme()).isEqualTo("http");
            assertThat(service.environment().keySet()).noneMatch(name -> name.matches(
                    "FAULTLINE_TLS.*|SERVER_SSL.*|SPRING_KAFKA_PROPERTIES.*|SPRING_CLOUD_CONSUL_DISCOVERY.*"));
        });
        assertThat(plain.kafkaConnection()).containsOnlyKeys("bootstrap.servers");
    }

    @Test
    void theNumberOfGatewaysIsKeptAndNotChangedWhileTheyRun() throws IOException {
        var home = new Home(directory);
        home.write(Settings.create(8080));
        var two = RequestedSettings.NONE.withGateways(2);
        assertThatThrownBy(() -> two.apply(home, true)).isInstanceOf(FaultlineException.class).hasMessageContaining(
                "already running with 1 gateway. Stop it with ./faultline down");
        assertThat(two.apply(home, false).gateways()).isEqualTo(2);
        assertThat(RequestedSettings.NONE.apply(home, true).gateways()).isEqualTo(2);
        assertThat(two.areMetBy(home.settings().orElseThrow())).isTrue();
        assertThat(RequestedSettings.NONE.withGateways(1).areMetBy(home.settings().orElseThrow())).isFalse();
        assertThatThrownBy(() -> RequestedSettings.NONE.withGateways(3)).isInstanceOf(FaultlineException.class)
                .hasMessage("A cluster has 1 to 2 gateways, not 3. Choose the number with --gateways.");

        var layout = new Layout(home, home.settings().orElseThrow(), new CacheDirectory(directory), KafkaAotCache.of(
                new CacheDirectory(directory)), (_, _) -> {});
        assertThat(layout.listeners()).containsEntry(8080, List.of("gateway-service-1", "gateway-service-2")).hasSize(
                3 + 2 + 2 + 9 * 2 + 1).allSatisfy((port, nodes) -> assertThat(nodes).hasSize(port == 8080 ? 2 : 1));
    }

    @Test
    void assignsEachPortToOneNode() {
        var home = new Home(directory);
        var layout = new Layout(home, Settings.create(8080), new CacheDirectory(directory), KafkaAotCache.of(
                new CacheDirectory(
                        directory)), (_, _) -> {});

        assertThat(layout.listeners()).hasSize(3 + 2 + 2 + 9 * 2);
        assertThat(layout.listeners().keySet())
                .allMatch(port -> port == 8080 || (port >= 8100 && port <= 8080 + Ports.LAST_OFFSET));
        var withStandbys = new Layout(home, Settings.create(8080).withStandbys(Replication.Mode.SYNCHRONOUS),
                new CacheDirectory(directory), KafkaAotCache.of(new CacheDirectory(directory)), (_, _) -> {});
        assertThat(withStandbys.listeners()).hasSize(3 + 2 + 4 + 1 + 9 * 2);
        assertThat(withStandbys.nodeNames()).contains("shard-1-a", "shard-1-b", "failover-1").doesNotContain("shard-1");
        assertThat(withStandbys.shard("shard-1").jdbcUrl("orders", "orders")).isEqualTo(
                "jdbc:postgresql://127.0.0.1:8110,"
                        + "127.0.0.1:8090/orders?targetServerType=primary&hostRecheckSeconds=1");
        assertThatThrownBy(() -> new Ports(65_500)).isInstanceOf(FaultlineException.class);
        assertThatThrownBy(() -> new Ports(80)).isInstanceOf(FaultlineException.class);
    }
}
