package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class BackingServicesTest {
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    @TempDir Path directory;

    @Test
    void postgresAdmitsOnlyTheOwnerToADatabase() throws Exception {
        var server = new PostgresServer("shard-1", directory.resolve("shard-1"), FreePorts.take(1).getFirst(), "secret",
                CacheDirectory.ofThisUser());
        try (var _ = ChildProcess.start(server, directory.resolve("log"), AT_MOST)) {
            var databases = new Databases(server.jdbcUrl("postgres"), PostgresServer.SUPERUSER, "secret");
            databases.create("orders", "it's");
            databases.create("payments", "other");
            databases.create("orders", "it's");

            try (var owner = DriverManager.getConnection(server.jdbcUrl("orders"), "orders", "it's");
                    var statement = owner.createStatement()) {
                statement.execute("CREATE TABLE mine (id int)");
                try (var rows = statement.executeQuery("SHOW wal_level")) {
                    rows.next();
                    assertThat(rows.getString(1)).isEqualTo("logical");
                }
            }
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl("orders"), "payments", "other").close())
                    .isInstanceOf(SQLException.class).hasMessageContaining("permission denied");
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl("orders"), "orders", "wrong").close())
                    .isInstanceOf(SQLException.class).hasMessageContaining("password");
        }
        assertThat(server.readiness().check()).isFalse();
        try (var _ = ChildProcess.start(server, directory.resolve("log"), AT_MOST);
                var again = DriverManager.getConnection(server.jdbcUrl("orders"), "orders", "it's");
                var statement = again.createStatement()) {
            assertThat(statement.execute("SELECT * FROM mine")).isTrue();
        }
    }

    @Test
    void aServicesRoleCanDoNothingBeyondItsOwnDatabase() throws Exception {
        var server = new PostgresServer("shard-1", directory.resolve("shard-1"), FreePorts.take(1).getFirst(), "secret",
                CacheDirectory.ofThisUser());
        try (var _ = ChildProcess.start(server, directory.resolve("log"), AT_MOST)) {
            var databases = new Databases(server.jdbcUrl("postgres"), PostgresServer.SUPERUSER, "secret");
            databases.create("orders", "one");
            databases.create("payments", "other");

            try (Connection orders = connect(server, "orders", Map.of())) {
                for (String statement : List.of("CREATE ROLE mine SUPERUSER", "ALTER ROLE orders SUPERUSER",
                        "ALTER ROLE payments PASSWORD 'mine'", "SET ROLE faultline", "CREATE DATABASE mine",
                        "DROP DATABASE payments", "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()",
                        "SELECT pg_read_file('postgresql.conf')", "SELECT * FROM pg_authid",
                        "CREATE TEMP TABLE t (line text); COPY t FROM PROGRAM 'id'",
                        "SELECT lo_import('/etc/passwd')", "CREATE EXTENSION dblink")) {
                    try (var attempt = orders.createStatement()) {
                        assertThatThrownBy(() -> attempt.execute(statement)).as(statement).isInstanceOf(
                                SQLException.class).hasMessageMatching(
                                        "(?s).*(permission denied|must be|Only roles|insufficient).*");
                    }
                }
            }
            // Its own log, but neither another database's nor a copy of the server.
            connect(server, "orders", Map.of("replication", "database")).close();
            assertThatThrownBy(() -> connect(server, "payments", Map.of("replication", "database")).close())
                    .isInstanceOf(SQLException.class).hasMessageContaining("permission denied");
            assertThatThrownBy(() -> connect(server, "orders", Map.of("replication", "true")).close())
                    .isInstanceOf(SQLException.class).hasMessageContaining("no pg_hba.conf entry");
        }
    }

    private static Connection connect(PostgresServer server, String database, Map<String, String> options)
            throws SQLException {
        var properties = new Properties();
        properties.put("user", "orders");
        properties.put("password", "one");
        properties.put("preferQueryMode", "simple");
        properties.put("assumeMinServerVersion", "18");
        properties.putAll(options);
        return DriverManager.getConnection(server.jdbcUrl(database), properties);
    }

    @Test
    void aServerHasStoppedWhenItIsClosedAfterCtrlC() throws Exception {
        var server = new PostgresServer("interrupted", directory.resolve("shard-1"), FreePorts.take(1).getFirst(),
                "secret", CacheDirectory.ofThisUser());
        try (var _ = ChildProcess.start(server, directory.resolve("log"), AT_MOST)) {
            ProcessHandle shell = ProcessHandle.current().children().filter(child -> child.info().commandLine().orElse(
                    "").contains(" interrupted INT ")).findFirst().orElseThrow();
            assertThat(ExternalProgram.run(List.of("kill", "-s", "INT", "" + shell.pid())).succeeded()).isTrue();
        }
        assertThat(directory.resolve("shard-1/data/PG_VERSION")).exists();
        assertThat(directory.resolve("shard-1/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void kafkaKeepsItsTopicsOverARestart() throws Exception {
        List<Integer> ports = FreePorts.take(2);
        var broker = new KafkaBroker("kafka-1", directory.resolve("kafka-1"), ports.get(0), ports.get(1));
        Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (var _ = ChildProcess.start(broker, directory.resolve("log"), AT_MOST); var admin = Admin.create(client)) {
            admin.createTopics(List.of(new NewTopic("checkout.replies", 8, (short) 1))).all().get();
        }
        try (var _ = ChildProcess.start(broker, directory.resolve("log"), AT_MOST); var admin = Admin.create(client)) {
            assertThat(admin.listTopics().names().get()).contains("checkout.replies");
        }
    }

    @Test
    void consulKeepsItsKeysOverARestart() throws Exception {
        List<Integer> ports = FreePorts.take(3);
        var agent = new ConsulAgent("consul-1", directory.resolve("consul-1"),
                new ConsulPorts(ports.get(0), ports.get(1), ports.get(2)), CacheDirectory.ofThisUser(), _ -> {});
        URI key = URI.create("http://127.0.0.1:" + agent.port() + "/v1/kv/epoch");
        try (var http = HttpClient.newHttpClient()) {
            try (var _ = ChildProcess.start(agent, directory.resolve("log"), AT_MOST)) {
                var put = HttpRequest.newBuilder(key).PUT(HttpRequest.BodyPublishers.ofString("7")).build();
                assertThat(http.send(put, HttpResponse.BodyHandlers.ofString()).body()).contains("true");
            }
            try (var _ = ChildProcess.start(agent, directory.resolve("log"), AT_MOST)) {
                var get = HttpRequest.newBuilder(URI.create(key + "?raw")).build();
                assertThat(http.send(get, HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("7");
            }
        }
    }

    @Test
    void twoOfThreeConsulServersGoOnAndOneDoesNot() throws Exception {
        List<Integer> free = FreePorts.take(9);
        List<ConsulPorts> ports = IntStream.range(0, 3).mapToObj(i -> new ConsulPorts(free.get(3 * i), free.get(3 * i
                + 1), free.get(3 * i + 2))).toList();
        var running = new ConcurrentHashMap<ConsulPorts, ChildProcess>();
        try (var http = HttpClient.newHttpClient()) {
            Parallel.run(ports.stream().<Runnable>map(own -> () -> {
                String name = "consul-" + own.http();
                running.put(own, ChildProcess.start(new ConsulAgent(name, directory.resolve(name), own, ports,
                        CacheDirectory.ofThisUser(), _ -> {}), directory.resolve(name + ".log"), AT_MOST));
            }).toList());
            assertThat(write(http, ports.get(0))).isEqualTo(200);
            Objects.requireNonNull(running.get(ports.get(1))).kill();
            await().atMost(AT_MOST).until(() -> write(http, ports.get(0)) == 200);
            Objects.requireNonNull(running.get(ports.get(2))).kill();
            await().atMost(AT_MOST).until(() -> write(http, ports.get(0)) == 500);
        } finally {
            running.values().forEach(ChildProcess::close);
        }
    }

    private static int write(HttpClient http, ConsulPorts server) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.http() + "/v1/kv/epoch")).PUT(
                HttpRequest.BodyPublishers.ofString("7")).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void aFrozenServerAnswersAgainWhenItThawsAndCanBeStoppedWhileItIsFrozen() throws Exception {
        var server = new PostgresServer("frozen", directory.resolve("shard-1"), FreePorts.take(1).getFirst(), "secret",
                CacheDirectory.ofThisUser());
        try (var running = ChildProcess.start(server, directory.resolve("log"), AT_MOST)) {
            running.freeze();
            assertThat(server.readiness().check()).isFalse();
            running.thaw();
            assertThat(server.readiness().await(AT_MOST)).isTrue();
            running.freeze();
        }
        assertThat(directory.resolve("shard-1/data/postmaster.pid")).doesNotExist();
    }

    @Test
    void explainsWhyAServerDidNotStart() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var server = new PostgresServer("shard-1", directory.resolve("shard-1"), taken.getLocalPort(), "secret",
                    CacheDirectory.ofThisUser());
            assertThatThrownBy(() -> ChildProcess.start(server, directory.resolve("log"), AT_MOST))
                    .isInstanceOf(FaultlineException.class).hasMessageContaining("Address already in use");
        }
    }

    /** As a JVM that writes its ahead-of-time cache, which takes longer than anybody waits after Ctrl-C. */
    @Test
    void aServerThatIgnoresTheSignalToStopIsKilledWhenItsStarterIsInterrupted() throws Exception {
        Path log = directory.resolve("log");
        var launch = new Launch(List.of("sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done"), Map.of(),
                directory, "TERM");
        Thread starter = Thread.ofVirtual().start(() -> ChildProcess.start("stubborn", launch, Readiness.of(
                "http://127.0.0.1:" + FreePorts.take(1).getFirst() + "/"), log, Duration.ofMinutes(10)));
        await().atMost(AT_MOST).until(() -> Files.exists(log) && Files.readString(log).endsWith("\n"));
        long server = Long.parseLong(Files.readString(log).strip());

        starter.interrupt();

        assertThat(starter.join(AT_MOST)).isTrue();
        await().atMost(AT_MOST).until(() -> ProcessHandle.of(server).isEmpty());
    }
}
