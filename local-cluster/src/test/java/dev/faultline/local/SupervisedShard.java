package dev.faultline.local;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.discovery.Consul;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.SupervisorDirectory;

/** One shard with a standby, under the real supervisor and with the real lock in Consul. It has an empty table {@code written}. */
final class SupervisedShard implements AutoCloseable {
    static final Duration AT_MOST = Duration.ofSeconds(60);

    private final Path directory;
    private final Home home;
    final SupervisorDirectory files;
    final URI consul;
    final Shard shard;
    final ShardLock lock;
    final ShardRoles roles;

    private SupervisedShard(Path directory, Home home, Layout layout) {
        this.directory = directory;
        this.home = home;
        this.files = new SupervisorDirectory(directory);
        this.consul = layout.consulUrl();
        this.shard = layout.shard("shard-1");
        this.lock = lock("test");
        this.roles = roles(SupervisedShard::report);
    }

    static SupervisedShard start(Path directory, Replication.Mode mode) throws Exception {
        var home = new Home(directory);
        home.open();
        var cache = CacheDirectory.ofThisUser();
        home.write(Settings.create(Ports.free()).withStandbys(mode));
        var layout = new Layout(home, home.settings().orElseThrow(), cache, KafkaAotCache.of(cache), (_, _) -> {});
        var started = new SupervisedShard(directory, home, layout);
        SupervisorProcess.ensureRunning(directory, started.files);
        started.run(layout.backingServices().getFirst());
        started.lock.hold(started.shard.name(), token -> {
            started.roles.create(token);
            started.roles.complete(token);
            return token;
        });
        try (Connection connection = started.connect(); var statement = connection.createStatement()) {
            statement.execute("create table written (id int primary key)");
        }
        return started;
    }

    private void run(BackingService service) throws IOException {
        service.prepare();
        files.node(service.name()).deploy(new NodeSpec(service.name(), service.port(), service.launch(), service
                .readiness(), List.of()));
        await().atMost(AT_MOST).until(() -> files.node(service.name()).isReady());
    }

    /** Another holder of the same lock. */
    ShardLock lock(String holder) {
        return new ShardLock(new Consul(consul.getHost(), consul.getPort()), holder);
    }

    /** The same roles, whose steps are reported. */
    ShardRoles roles(Progress progress) {
        return new ShardRoles(shard, files, home::data, progress);
    }

    /** The directory of a server, beside its data. */
    Path directory(PostgresServer server) {
        return home.data(server.name());
    }

    /** To whichever server is the primary. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(shard.jdbcUrl("postgres", PostgresServer.SUPERUSER)
                + "&connectTimeout=1&socketTimeout=30",
                PostgresServer.SUPERUSER, home.settings().orElseThrow().superuserPassword());
    }

    Set<Integer> stored() throws SQLException {
        var stored = new HashSet<Integer>();
        try (Connection connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from written")) {
            while (rows.next()) {
                stored.add(rows.getInt(1));
            }
        }
        return stored;
    }

    ProcessIdentity process(PostgresServer server) {
        return Objects.requireNonNull(files.node(server.name()).status().orElseThrow().process());
    }

    /** A server's process and its children. */
    List<ProcessIdentity> processes(PostgresServer server) {
        ProcessIdentity parent = process(server);
        return Stream.concat(Stream.of(parent), ProcessHandle.of(parent.pid()).stream().flatMap(
                ProcessHandle::descendants)
                .flatMap(child -> ProcessIdentity.of(child.pid()).stream())).toList();
    }

    static void report(String subject, String what) {
        System.out.println(subject + ": " + what);
    }

    @Override
    public void close() throws IOException {
        files.requestShutdown();
        SupervisorProcess.ensureRunning(directory, files);
        await().atMost(AT_MOST).until(() -> files.livingSupervisor().isEmpty());
    }
}
