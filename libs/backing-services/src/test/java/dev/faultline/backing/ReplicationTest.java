package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two servers of a shard: what a promotion keeps, and what the old primary can still do. */
@Tag("integration")
class ReplicationTest {
    private static final Duration AT_MOST = Duration.ofSeconds(60);
    /** How many times the outbox has the message. */
    private static final String MESSAGES = """
            select count(*) from pg_logical_slot_peek_binary_changes('orders_outbox', null, null,
                'proto_version', '1', 'publication_names', 'outbox', 'messages', 'true')
            where position('a message'::bytea in data) > 0""";

    @TempDir Path directory;

    private final List<Integer> ports = FreePorts.take(2);
    private final ConcurrentLinkedQueue<ChildProcess> running = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        running.forEach(ChildProcess::close);
    }

    @ParameterizedTest
    @EnumSource(Replication.Mode.class)
    void aPrimaryThatIsKilledLosesNoMoreThanItsModeAllowsAndReturnsAsStandby(Replication.Mode mode) throws Exception {
        var pair = pair(mode);
        execute(pair.a, "create table written (id int primary key)");
        var acknowledged = new ConcurrentLinkedQueue<Integer>();
        List<Thread> writers = IntStream.range(0, 4).mapToObj(writer -> Thread.ofVirtual().start(() -> write(pair.a,
                writer * 1_000_000, acknowledged))).toList();
        await().atMost(AT_MOST).until(() -> acknowledged.size() > 1_000);

        kill(pair.a);
        for (Thread writer : writers) {
            writer.join();
        }
        pair.a.fence();
        assertThat(pair.a.role()).isEqualTo(PostgresRole.NONE);
        DiscardedLog discarded = pair.a.discardedAfter(pair.b.promote());

        var lost = new HashSet<>(acknowledged);
        lost.removeAll(numbers(pair.b, "select id from written"));
        System.out.printf("%s: %d commits acknowledged, %d of them lost; %s%n", mode, acknowledged.size(), lost.size(),
                discarded);
        // Each writer has at most one commit that is not acknowledged.
        assertThat(discarded.transactions()).isBetween((long) lost.size(), (long) lost.size() + writers.size());
        if (mode == Replication.Mode.SYNCHRONOUS) {
            assertThat(lost).isEmpty();
        }

        pair.a.prepareAsStandbyOf(pair.b);
        start(pair.a);
        execute(pair.b, "insert into written values (-1)");
        await().atMost(AT_MOST).until(() -> numbers(pair.a, "select id from written where id < 0").equals(List.of(-1)));
        assertThatThrownBy(() -> execute(pair.a, "insert into written values (-2)")).isInstanceOf(SQLException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void aSynchronousPrimaryAcknowledgesNothingAloneNotEvenAfterAStatementTimeout() throws Exception {
        var pair = pair(Replication.Mode.SYNCHRONOUS);
        execute(pair.a, "create table written (id int primary key)");
        // A paused primary is not fenced here: the settings alone must keep it from acknowledging after it resumes.
        List<ProcessIdentity> old = processes(pair.a);
        CompletableFuture<Void> commit;
        try (Connection connection = pair.a.connect(); Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = '500ms'");
            old.forEach(process -> process.signal("STOP"));
            String end = pair.b.promote();
            old.forEach(process -> process.signal("CONT"));
            commit = CompletableFuture.runAsync(() -> {
                try {
                    statement.execute("insert into written values (1)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(AT_MOST).until(() -> numbers(pair.a,
                    "select count(*) from pg_stat_activity where wait_event = 'SyncRep'").equals(List.of(1)));
            await().during(Duration.ofSeconds(2)).atMost(AT_MOST).until(() -> !commit.isDone());
            pair.a.fence();
            assertThatThrownBy(commit::join).hasRootCauseInstanceOf(EOFException.class);
            assertThat(pair.a.discardedAfter(end).transactions()).isEqualTo(1);
        }
        assertThat(numbers(pair.b, "select id from written")).isEmpty();
    }

    @Test
    void measuresWhatAnAsynchronousPromotionLoses() throws Exception {
        var pair = pair(Replication.Mode.ASYNCHRONOUS);
        execute(pair.a, "create table written (id int primary key)");
        await().atMost(AT_MOST).until(() -> numbers(pair.b, "select count(*) from pg_class where relname = 'written'")
                .equals(List.of(1)));
        pair.standby.close();
        for (int id = 0; id < 7; id++) {
            execute(pair.a, "insert into written values (" + id + ")");
        }

        kill(pair.a);
        pair.a.fence();
        start(pair.b);
        String end = pair.b.promote();

        DiscardedLog discarded = pair.a.discardedAfter(end);
        assertThat(discarded.transactions()).isEqualTo(7);
        assertThat(discarded.bytes()).isBetween(300L, 100_000L);
        assertThat(numbers(pair.b, "select id from written")).isEmpty();
    }

    @Test
    void fencingEndsThePausedChildrenOfAPrimaryThatIsGone() throws Exception {
        var pair = pair(Replication.Mode.ASYNCHRONOUS);
        try (Connection open = pair.a.connect()) {
            assertThat(open.isValid(1)).isTrue();
            List<ProcessIdentity> all = processes(pair.a);
            all.forEach(process -> process.signal("STOP"));
            postmaster(all).signal("KILL");
            await().atMost(AT_MOST).until(() -> !postmaster(all).isAlive());
            assertThat(all).anyMatch(ProcessIdentity::isAlive);

            pair.a.fence();

            assertThat(all).noneMatch(ProcessIdentity::isAlive);
        }
    }

    @Test
    void anOutboxGoesOnAfterAPromotionFromItsConfirmedPosition() throws Exception {
        var pair = pair(Replication.Mode.SYNCHRONOUS);
        execute(pair.a, "select pg_create_logical_replication_slot('orders_outbox', 'pgoutput', false, false, true)");
        // A standby has the slot once its position has advanced, as a relay advances it.
        await().atMost(AT_MOST).until(() -> {
            execute(pair.a, "select pg_log_standby_snapshot()");
            execute(pair.a, "select pg_replication_slot_advance('orders_outbox', pg_current_wal_lsn())");
            return numbers(pair.b, "select count(*) from pg_replication_slots where synced and not temporary")
                    .equals(List.of(1));
        });
        execute(pair.a, "select pg_logical_emit_message(true, 'outbox', 'a message')");

        kill(pair.a);
        pair.a.fence();
        pair.b.promote();
        pair.a.prepareAsStandbyOf(pair.b);
        start(pair.a);

        execute(pair.b, "create publication outbox");
        assertThat(numbers(pair.b, MESSAGES)).containsExactly(1);
    }

    /** Otherwise a message could be sent whose transaction a promotion discards. */
    @Test
    void anOutboxSendsNothingThatTheSynchronousStandbyHasNot() throws Exception {
        var pair = pair(Replication.Mode.SYNCHRONOUS);
        execute(pair.a, "select pg_create_logical_replication_slot('orders_outbox', 'pgoutput', false, false, true)");
        execute(pair.a, "create publication outbox");
        pair.standby.close();
        try (Connection writer = pair.a.connect(); Statement statement = writer.createStatement()) {
            var commit = CompletableFuture.runAsync(() -> {
                try {
                    statement.execute("select pg_logical_emit_message(true, 'outbox', 'a message')");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            awaitEqual(pair.a, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'", 1);

            try (Connection relay = pair.a.connect(); Statement query = relay.createStatement()) {
                query.execute("set statement_timeout = '2s'");
                assertThatThrownBy(() -> query.executeQuery(MESSAGES)).isInstanceOf(SQLException.class)
                        .hasMessageContaining("statement timeout");
            }

            start(pair.b);
            commit.join();
        }
        assertThat(numbers(pair.a, MESSAGES)).containsExactly(1);
    }

    @Test
    void aStandbyThatLagsShowsAnOldStateAndLosesNothingWhenItIsPromoted() throws Exception {
        var pair = pair(Replication.Mode.SYNCHRONOUS);
        execute(pair.a, "create table written (id int primary key)");
        awaitEqual(pair.b, "select count(*) from pg_class where relname = 'written'", 1);
        var replay = new StandbyReplay(pair.b);
        assertThat(replay.state().isPaused()).isFalse();

        replay.pause();
        execute(pair.a, "insert into written values (1)");
        assertThat(replay.state().isPaused()).isTrue();
        assertThat(replay.state().bytesBehind()).isPositive();
        await().during(Duration.ofSeconds(1)).atMost(AT_MOST).until(() -> numbers(pair.b, "select id from written")
                .isEmpty());
        assertThat(replay.resume()).isTrue();
        awaitEqual(pair.b, "select id from written", 1);

        replay.pause();
        execute(pair.a, "insert into written select generate_series(2, 1000)");
        kill(pair.a);
        pair.a.fence();
        assertThat(pair.a.discardedAfter(pair.b.promote()).transactions()).isZero();
        assertThat(numbers(pair.b, "select count(*) from written")).containsExactly(1_000);
        assertThat(replay.resume()).isTrue();
        assertThat(replay.state()).isEqualTo(new ReplayState(false, 0));
        assertThatThrownBy(replay::pause).isInstanceOf(FaultlineException.class).hasMessageContaining(
                "shard-1-b cannot be made to lag").hasMessageContaining("recovery");
    }

    private static void awaitEqual(PostgresServer server, String query, int number) {
        await().atMost(AT_MOST).until(() -> numbers(server, query).equals(List.of(number)));
    }

    private record Pair(PostgresServer a, PostgresServer b, ChildProcess standby) {}

    private Pair pair(Replication.Mode mode) throws Exception {
        PostgresServer a = server(0, mode);
        PostgresServer b = server(1, mode);
        a.prepare();
        start(a);
        b.prepareAsStandbyOf(a);
        ChildProcess standby = start(b);
        await().atMost(AT_MOST).until(() -> numbers(a,
                "select count(*) from pg_stat_replication where state = 'streaming'").equals(List.of(1)));
        return new Pair(a, b, standby);
    }

    private PostgresServer server(int index, Replication.Mode mode) {
        List<String> names = List.of("shard-1-a", "shard-1-b");
        return new PostgresServer(names.get(index), directory.resolve(names.get(index)), ports.get(index), "secret",
                new Replication(names.get(1 - index), ports.get(1 - index), mode), CacheDirectory.ofThisUser());
    }

    private ChildProcess start(PostgresServer server) {
        ChildProcess started = ChildProcess.start(server.name(), server.launch(), server.readiness(), directory.resolve(
                server.name() + ".log"), AT_MOST);
        running.add(started);
        return started;
    }

    /** Inserts until the server is gone. */
    private static void write(PostgresServer server, int first, ConcurrentLinkedQueue<Integer> acknowledged) {
        try (Connection connection = server.connect();
                var insert = connection.prepareStatement("insert into written values (?)")) {
            for (int id = first;; id++) {
                insert.setInt(1, id);
                insert.executeUpdate();
                acknowledged.add(id);
            }
        } catch (SQLException e) {
            // The last insert was not acknowledged.
        }
    }

    private List<ProcessIdentity> processes(PostgresServer server) {
        return DataDirectory.processesIn(directory.resolve(server.name()).resolve("data"));
    }

    private static ProcessIdentity postmaster(List<ProcessIdentity> all) {
        return all.stream().min(Comparator.comparingLong(ProcessIdentity::pid)).orElseThrow();
    }

    private void kill(PostgresServer server) {
        postmaster(processes(server)).signal("KILL");
    }

    private static void execute(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<Integer> numbers(PostgresServer server, String query) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            var numbers = new ArrayList<Integer>();
            while (rows.next()) {
                numbers.add(rows.getInt(1));
            }
            return numbers;
        }
    }
}
