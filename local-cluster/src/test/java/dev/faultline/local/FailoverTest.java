package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Replication;
import dev.faultline.local.supervisor.SupervisorDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One shard with a standby, under the real supervisor and with the real locks in Consul, while a client writes. Each test
 * has processes of its own.
 */
@Tag("integration")
@SuppressWarnings("NullAway.Init")
class FailoverTest {
    private static final Duration AT_MOST = SupervisedShard.AT_MOST;

    @TempDir Path directory;

    /** Set by {@link #start}, with which each test begins. */
    private SupervisedShard one;
    private SupervisorDirectory files;
    private Shard shard;
    private ShardRoles roles;
    private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

    private void start(Replication.Mode mode) throws Exception {
        one = SupervisedShard.start(directory, mode);
        files = one.files;
        shard = one.shard;
        roles = one.roles;
    }

    @AfterEach
    void end() throws IOException {
        threads.forEach(Thread::interrupt);
        one.close();
    }

    @Test
    void aPrimaryThatIsKilledOrPausedIsReplacedAndNoAcknowledgedWriteIsLost() throws Exception {
        start(Replication.Mode.SYNCHRONOUS);
        watch();
        var writer = new Writer();
        await().atMost(AT_MOST).until(() -> writer.acknowledged.size() > 100);

        PostgresServer killed = roles.primary().orElseThrow();
        long begin = System.nanoTime();
        one.process(killed).signal("KILL");
        writer.awaitMore();
        System.out.printf("kill -9: writes were acknowledged again after %d ms%n", millisSince(begin));
        PostgresServer promoted = roles.peerOf(killed);
        assertThat(roles.primary()).contains(promoted);
        assertThat(killed.replicationState().isPrimary()).isFalse();
        // The standby has to be streaming before it can be promoted in turn; in synchronous mode it is, as writes go on.

        List<ProcessIdentity> all = one.processes(promoted);
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
        assertThat(one.stored()).containsAll(writer.acknowledged);
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

        assertReturnsAsPrimaryAfterAKill(primary, writer);
    }

    @Test
    void anAsynchronousStandbyThatRunsAndReceivesNothingIsNotPromoted() throws Exception {
        start(Replication.Mode.ASYNCHRONOUS);
        PostgresServer primary = roles.primary().orElseThrow();
        Path rules = one.directory(primary).resolve("data").resolve("pg_hba.conf");
        Files.writeString(rules, "host replication all all reject\n" + Files.readString(rules));
        try (Connection connection = one.connect(); var statement = connection.createStatement()) {
            statement.execute("select pg_reload_conf()");
            statement.execute("select pg_terminate_backend(pid) from pg_stat_replication");
        }
        watch();
        await().atMost(AT_MOST).until(() -> RoleText.of(shard, primary).contains("is not connected"));
        // The watch has to see it too, which looks once a second.
        var writer = new Writer();
        await().during(Duration.ofSeconds(3)).atMost(AT_MOST).until(() -> writer.acknowledged.size() > 100);
        assertThat(roles.peerOf(primary).replicationState().isPrimary()).isFalse();

        assertReturnsAsPrimaryAfterAKill(primary, writer);
    }

    private void assertReturnsAsPrimaryAfterAKill(PostgresServer primary, Writer writer) throws Exception {
        one.process(primary).signal("KILL");
        writer.awaitMore();
        writer.stop();

        assertThat(roles.primary()).contains(primary);
        assertThat(one.stored()).containsAll(writer.acknowledged);
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
    }

    /** What the process failover-1 does, in this one. */
    private void watch() {
        var watch = new ShardWatch(shard, roles, one.lock, files, SupervisedShard::report);
        threads.add(Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    watch.step();
                    Thread.sleep(Duration.ofMillis(250));
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    SupervisedShard.report(shard.name(), e.toString());
                }
            }
        }));
    }

    private ManualPromotion manual() {
        return new ManualPromotion(shard, one.lock, roles);
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
                try (Connection connection = one.connect();
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

    private static long millisSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
