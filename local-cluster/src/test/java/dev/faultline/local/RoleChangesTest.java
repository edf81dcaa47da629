package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.PostgresRole;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Replication;
import dev.faultline.backing.StandbyReplay;
import dev.faultline.discovery.FencingToken;
import dev.faultline.local.ServerGate.StaleTokenException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The order of a promotion's steps, and who may take them. */
@Tag("integration")
@SuppressWarnings("NullAway.Init")
class RoleChangesTest {
    private static final Duration AT_MOST = SupervisedShard.AT_MOST;
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String LOCK = "faultline/shards/shard-1/promotion/leader";

    @TempDir static Path directory;
    private static SupervisedShard one;
    private static int rows;

    private PostgresServer old;
    private PostgresServer next;

    @BeforeAll
    static void start() throws Exception {
        one = SupervisedShard.start(directory, Replication.Mode.ASYNCHRONOUS);
    }

    @AfterAll
    static void end() throws Exception {
        one.close();
    }

    /** Roles change from test to test. */
    @BeforeEach
    void awaitBothServers() {
        old = one.roles.primary().orElseThrow();
        next = one.roles.peerOf(old);
        await().atMost(AT_MOST).until(() -> RoleText.of(one.shard, old).contains(next.name() + " is 0 bytes behind"));
    }

    @Test
    void theOldPrimaryIsDeadBeforeItsStandbyIsPromotedAndNeverWritesAgain() throws Exception {
        List<ProcessIdentity> processes = one.processes(old);
        var steps = new ArrayList<String>();
        ShardRoles watched = one.roles((server, what) -> steps.add(server + " " + what.replaceAll("[: ].*", "") + ", "
                + (processes.stream().anyMatch(ProcessIdentity::isAlive) ? "alive" : "dead") + ", " + stateOf(next)));

        one.lock.hold("shard-1", token -> watched.promoteStandby(false, token));

        assertThat(steps).containsExactly(
                old.name() + " fenced, dead, standby",
                next.name() + " promoted, dead, primary",
                old.name() + " rebuilt, dead, primary");
        assertThatThrownBy(() -> insert(old)).isInstanceOf(SQLException.class).hasMessageContaining("read-only");
    }

    @Test
    void thePrimaryIsNotFencedForAStandbyThatDoesNotRun() throws Exception {
        one.files.node(next.name()).stop();
        await().atMost(AT_MOST).until(() -> !next.readiness().check());

        assertThatThrownBy(() -> one.lock.hold("shard-1", token -> one.roles.promoteStandby(false, token)))
                .isInstanceOf(FaultlineException.class).hasMessageContaining(next.name()
                        + " cannot be promoted, because it is not running as a standby");

        assertThat(old.role()).isEqualTo(PostgresRole.PRIMARY);
        insert(old);
        one.files.node(next.name()).start();
    }

    private static String stateOf(PostgresServer server) {
        try {
            return server.replicationState().isPrimary() ? "primary" : "standby";
        } catch (SQLException e) {
            return "silent";
        }
    }

    @Test
    void aPromotionWhosePromoterDiesAfterAnyStepIsCompletedByTheNext() throws Exception {
        var watch = new ShardWatch(one.shard, one.roles, one.lock("watch"), one.files, SupervisedShard::report);
        for (String lastStep : List.of("fenced", "promoted")) {
            PostgresServer before = one.roles.primary().orElseThrow();
            ShardRoles mortal = one.roles((_, what) -> {
                if (what.startsWith(lastStep)) {
                    throw new IllegalStateException("dead");
                }
            });
            assertThatThrownBy(() -> one.lock.hold("shard-1", token -> mortal.promoteStandby(false, token)))
                    .hasMessage("dead");
            assertThat(before.role()).isEqualTo(PostgresRole.NONE);

            await().atMost(AT_MOST).pollInterval(Duration.ofMillis(250)).until(() -> {
                watch.step();
                return before.role() == PostgresRole.STANDBY && before.readiness().check();
            });
            assertThat(one.roles.primary()).contains(one.roles.peerOf(before));
            insert(one.roles.peerOf(before));
            await().atMost(AT_MOST).until(() -> RoleText.of(one.shard, one.roles.peerOf(before)).contains(
                    "0 bytes behind"));
        }
    }

    /** Whoever held the lock before the last change, and was paused since, changes nothing any more. */
    @Test
    void aPromoterThatWasReplacedChangesNothing() {
        one.lock.hold("shard-1", token -> {
            one.roles.complete(token);
            long current = token.get().number();
            var stale = new FencingToken(current - 1);
            assertThatThrownBy(() -> one.roles.complete(() -> stale)).isInstanceOf(StaleTokenException.class);
            assertThatThrownBy(() -> one.roles.promoteStandby(false, () -> stale)).isInstanceOf(
                    StaleTokenException.class);
            assertThatThrownBy(() -> one.roles.rebuild(next, () -> stale)).isInstanceOf(StaleTokenException.class);
            return token;
        });
        assertThat(old.role()).isEqualTo(PostgresRole.PRIMARY);
        assertThat(next.role()).isEqualTo(PostgresRole.STANDBY);
    }

    @Test
    void aPromoterThatLosesItsLockChangesNothingFurtherAndSaysWhy() {
        var others = new ArrayList<String>();
        assertThatThrownBy(() -> one.lock.hold("shard-1", token -> {
            others.add(giveLockToAnother());
            await().atMost(AT_MOST).until(() -> isLost(token));
            return one.roles.promoteStandby(false, token);
        })).isInstanceOf(FaultlineException.class).hasMessage(
                "The lock of shard-1 is lost. Another process completes the change.");
        assertThat(old.role()).isEqualTo(PostgresRole.PRIMARY);
        assertThat(next.role()).isEqualTo(PostgresRole.STANDBY);
        others.forEach(session -> send("PUT", "/v1/kv/" + LOCK + "?release=" + session, ""));
    }

    private static boolean isLost(Supplier<FencingToken> token) {
        try {
            return token.get() == null;
        } catch (FaultlineException e) {
            return true;
        }
    }

    /** In one transaction, so that the loser cannot take it again; returns the session that has it. */
    private static String giveLockToAnother() {
        JsonNode lock = JSON.readTree(send("GET", "/v1/kv/" + LOCK, "")).get(0);
        String other = JSON.readTree(send("PUT", "/v1/session/create", "{}")).get("ID").asString();
        send("PUT", "/v1/txn", """
                [{"KV": {"Verb": "unlock", "Key": "%1$s", "Value": "", "Session": "%2$s"}},
                 {"KV": {"Verb": "lock", "Key": "%1$s", "Value": "", "Session": "%3$s"}}]""".formatted(LOCK, lock.get(
                "Session").asString(), other));
        return other;
    }

    private static String send(String method, String path, String body) {
        try (var http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(HttpRequest.newBuilder(URI.create(one.consul + path)).method(
                    method, HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Consul's tokens restart, and those of the servers remain. */
    @Test
    void rolesCanBeChangedAfterConsulHasLostItsState() throws Exception {
        Path seen = one.directory(old).resolve("role.token");
        Files.writeString(seen, "1000");

        one.lock.hold("shard-1", token -> one.roles.promoteStandby(false, token));

        assertThat(one.roles.primary()).contains(next);
        assertThat(Long.parseLong(Files.readString(seen))).isGreaterThan(1_000);
    }

    @Test
    void statusSaysThatAStandbyLags() throws Exception {
        var replay = new StandbyReplay(next);
        assertThat(RoleText.of(one.shard, next)).isEqualTo("standby of " + old.name());
        replay.pause();
        insert(old);
        await().atMost(AT_MOST).untilAsserted(() -> assertThat(RoleText.of(one.shard, next)).matches(
                "standby of " + old.name() + "; LAGS: it has not replayed [1-9][\\d,]* bytes of the log that it has"
                        + " received, and replays nothing until ./faultline resume " + next.name()));
        replay.resume();
        await().atMost(AT_MOST).until(() -> RoleText.of(one.shard, next).equals("standby of " + old.name()));
    }

    private static void insert(PostgresServer server) throws SQLException {
        try (Connection connection = server.connect(); var statement = connection.createStatement()) {
            statement.execute("insert into written values (" + ++rows + ")");
        }
    }
}
