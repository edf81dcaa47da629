package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Replication;
import dev.faultline.discovery.FencingToken;
import dev.faultline.local.ServerGate.StaleTokenException;
import dev.faultline.local.supervisor.NodeSpec;
import dev.faultline.local.supervisor.SupervisorDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * One shard with a standby, under the real supervisor and with the real locks in Consul, while a client writes. The tests run
 * concurrently, each with processes of its own.
 */
@Tag("integration")
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("NullAway.Init")
class FailoverTest {
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    @TempDir Path directory;

    /** Set by {@link #start}, with which each test begins. */
    private SupervisorDirectory files;
    private Home home;
    private Shard shard;
    private ShardLock lock;
    private ShardRoles roles;
    private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

    private void start(Replication.Mode mode) throws Exception {
        home = new Home(directory);
        home.open();
        var cache = CacheDirectory.ofThisUser();
        home.write(Settings.create(Ports.free()).withStandbys(mode));
        var layout = new Layout(home, home.settings().orElseThrow(), cache, KafkaAotCache.of(cache),
                (_, _) -> {});
        files = new SupervisorDirectory(directory);
        SupervisorProcess.ensureRunning(directory, files);
        BackingService consul = layout.backingServices().getFirst();
        consul.prepare();
        files.node(consul.name()).deploy(new NodeSpec(consul.name(), consul.port(), consul.launch(), consul.readiness(),
                List.of()));
        await().atMost(AT_MOST).until(() -> files.node(consul.name()).isReady());
        shard = layout.shard("shard-1");
        lock = new ShardLock(layout.consulUrl(), "test");
        roles = new ShardRoles(shard, files, home::data, FailoverTest::report);
        lock.hold(shard.name(), token -> {
            roles.create(token);
            roles.complete(token);
            return token;
        });
        try (Connection connection = connect(); var statement = connection.createStatement()) {
            statement.execute("create table written (id int primary key)");
        }
    }

    @AfterEach
    void end() throws IOException {
        threads.forEach(Thread::interrupt);
        files.requestShutdown();
        SupervisorProcess.ensureRunning(directory, files);
        await().atMost(AT_MOST).until(() -> files.livingSupervisor().isEmpty());
    }

    @Test
    void aPrimaryThatIsKilledOrPausedIsReplacedAndNoAcknowledgedWriteIsLost() throws Exception {
        start(Replication.Mode.SYNCHRONOUS);
        watch();
        var writer = new Writer();
        await().atMost(AT_MOST).until(() -> writer.acknowledged.size() > 100);

        PostgresServer killed = roles.primary().orElseThrow();
        long begin = System.nanoTime();
        process(killed).signal("KILL");
        writer.awaitMore();
        System.out.printf("kill -9: writes were acknowledged again after %d ms%n", millisSince(begin));
        PostgresServer promoted = roles.peerOf(killed);
        assertThat(roles.primary()).contains(promoted);
        assertThat(killed.replicationState().isPrimary()).isFalse();
        // The standby has to be streaming before it can be promoted in turn; in synchronous mode it is, as writes go on.

        ProcessIdentity paused = process(promoted);
        List<ProcessIdentity> all = family(paused);
        begin = System.nanoTime();
        all.forEach(process -> process.signal("STOP"));
        await().atMost(AT_MOST).until(() -> roles.primary().filter(killed::equals).isPresent());
        all.forEach(process -> process.signal("CONT"));
        writer.awaitMore();
        System.out.printf("pause: writes were acknowledged again after %d ms%n", millisSince(begin));
        assertThat(all).noneMatch(ProcessIdentity::isAlive);

        Promotion manual = manual().carryOut();
        assertThat(manual.to()).isEqualTo(promoted.name());
        assertThat(manual.discarded().orElseThrow().transactions()).isLessThanOrEqualTo(1);
        writer.awaitMore();
        writer.stop();
        assertThat(stored()).containsAll(writer.acknowledged);
        System.out.println(writer.acknowledged.size() + " writes were acknowledged, none lost; " + manual.text());
    }

    @Test
    void anAsynchronousPrimaryWhoseStandbyIsAwayIsRestartedInItsPlace() throws Exception {
        start(Replication.Mode.ASYNCHRONOUS);
        PostgresServer primary = roles.primary().orElseThrow();
        PostgresServer standby = roles.peerOf(primary);
        files.node(standby.name()).stop();
        await().atMost(AT_MOST).until(() -> !standby.readiness().check());
        watch();
        await().atMost(AT_MOST).until(() -> RoleText.of(shard, primary).contains("is not connected"));
        var writer = new Writer();
        await().atMost(AT_MOST).until(() -> writer.acknowledged.size() > 100);
        assertThatThrownBy(() -> manual().carryOut()).isInstanceOf(FaultlineException.class).hasMessageContaining(
                standby.name() + " was not promoted");

        process(primary).signal("KILL");
        writer.awaitMore();
        writer.stop();

        assertThat(roles.primary()).contains(primary);
        assertThat(stored()).containsAll(writer.acknowledged);
    }

    @Test
    void aSynchronousPrimaryWhoseStandbyIsAwayAcknowledgesNothingAndStatusSaysSo() throws Exception {
        start(Replication.Mode.SYNCHRONOUS);
        PostgresServer primary = roles.primary().orElseThrow();
        PostgresServer standby = roles.peerOf(primary);
        var writer = new Writer();
        await().atMost(AT_MOST).until(() -> writer.acknowledged.size() > 10);
        files.node(standby.name()).stop();

        await().atMost(AT_MOST).until(() -> RoleText.of(shard, primary).equals("primary; WRITES WAIT for " + standby
                .name()
                + ", which is not connected; 1 commits are waiting"));
        int acknowledged = writer.acknowledged.size();
        await().during(Duration.ofSeconds(1)).atMost(AT_MOST).until(() -> writer.acknowledged.size() == acknowledged);

        files.node(standby.name()).start();
        writer.awaitMore();

        // Whoever held the lock before the last change, and was paused since, changes nothing any more.
        lock.hold(shard.name(), token -> {
            roles.complete(token);
            long current = token.get().number();
            assertThatThrownBy(() -> roles.complete(() -> new FencingToken(current - 1))).isInstanceOf(
                    StaleTokenException.class);
            return token;
        });
    }

    /** What the process failover-1 does, in this one. */
    private void watch() {
        var watch = new ShardWatch(shard, roles, lock, files, FailoverTest::report);
        threads.add(Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    watch.step();
                    Thread.sleep(Duration.ofMillis(250));
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    report(shard.name(), e.toString());
                }
            }
        }));
    }

    private ManualPromotion manual() {
        return new ManualPromotion(shard, lock, roles);
    }

    /** Inserts numbers one by one, and records each that was acknowledged; reconnects to the primary. */
    private final class Writer {
        private final ConcurrentLinkedQueue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
        private final Thread thread = Thread.ofPlatform().daemon().start(this::run);

        Writer() {
            threads.add(thread);
        }

        private void run() {
            int id = 0;
            while (!Thread.currentThread().isInterrupted()) {
                try (Connection connection = connect();
                        var insert = connection.prepareStatement("insert into written values (?)")) {
                    while (!Thread.currentThread().isInterrupted()) {
                        insert.setInt(1, ++id);
                        insert.executeUpdate();
                        acknowledged.add(id);
                    }
                } catch (SQLException e) {
                    // Not acknowledged; the next number is tried.
                }
            }
        }

        void awaitMore() {
            int before = acknowledged.size();
            await().atMost(AT_MOST).pollInterval(Duration.ofMillis(20)).until(() -> acknowledged.size() > before + 50);
        }

        void stop() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(shard.jdbcUrl("postgres") + "&connectTimeout=1&socketTimeout=30",
                PostgresServer.SUPERUSER, home.settings().orElseThrow().superuserPassword());
    }

    private Set<Integer> stored() throws SQLException {
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

    private ProcessIdentity process(PostgresServer server) {
        return Objects.requireNonNull(files.node(server.name()).status().orElseThrow().process());
    }

    private static List<ProcessIdentity> family(ProcessIdentity parent) {
        return Stream.concat(Stream.of(parent), ProcessHandle.of(parent.pid()).stream().flatMap(
                ProcessHandle::descendants)
                .flatMap(child -> ProcessIdentity.of(child.pid()).stream())).toList();
    }

    private static long millisSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private static void report(String subject, String what) {
        System.out.println(subject + ": " + what);
    }
}
