package dev.faultline.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The tests wait for leases most of the time, so they run concurrently. */
@Tag("integration")
@Execution(ExecutionMode.CONCURRENT)
class LeaderElectionTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    /** Consul invalidates the session of a crashed leader within two TTLs; the rest is slack for a slow machine. */
    private static final Duration AFTER_A_CRASH = LeaderElection.LEASE.multipliedBy(2).plusSeconds(3);

    private final dev.faultline.testing.Consul server = dev.faultline.testing.Consul.shared();
    private final Consul consul = new Consul(server.host(), server.port());
    private final String role = "test/" + UUID.randomUUID();
    private final List<LeaderElection> candidates = new ArrayList<>();

    @AfterEach
    void close() {
        candidates.forEach(LeaderElection::close);
    }

    private LeaderElection stand(String name) {
        return stand(consul, name);
    }

    private LeaderElection stand(Consul through, String name) {
        var candidate = new LeaderElection(through, role, name);
        candidates.add(candidate);
        return candidate;
    }

    private static FencingToken awaitToken(LeaderElection candidate, Duration atMost) {
        return await().atMost(atMost).until(candidate::token, Optional::isPresent).orElseThrow();
    }

    private LeaderElection leader() {
        return await().until(() -> candidates.stream().filter(one -> one.token().isPresent()).findFirst(),
                Optional::isPresent).orElseThrow();
    }

    @Test
    void oneLeadsAndTheOthersWait() {
        for (int i = 0; i < 5; i++) {
            stand("node-" + i);
        }
        leader();
        await().during(Duration.ofSeconds(2)).untilAsserted(
                () -> assertThat(candidates).filteredOn(candidate -> candidate.token().isPresent()).hasSize(1));
    }

    @Test
    void anotherCandidateTakesOverAtOnceWithAHigherTokenWhenTheLeaderResigns() {
        var first = stand("first");
        FencingToken old = awaitToken(first, AT_ONCE);
        var second = stand("second");
        await().during(Duration.ofSeconds(1)).until(() -> second.token().isEmpty());

        first.close();

        assertThat(first.token()).isEmpty();
        assertThat(awaitToken(second, AT_ONCE)).isGreaterThan(old);
        assertThat(consul.get(role + "/leader").orElseThrow().value()).isEqualTo("second");
    }

    @Test
    void anotherCandidateTakesOverWithinTwoLeasesWhenTheLeaderCrashes() {
        String dead = consul.createSession("dead", LeaderElection.LEASE);
        assertThat(consul.transact(new Consul.Operation.Lock(role + "/leader", dead, "dead"))).isTrue();
        var next = stand("next");
        await().during(Duration.ofSeconds(8)).atMost(Duration.ofSeconds(9)).until(() -> next.token().isEmpty());
        awaitToken(next, AFTER_A_CRASH);
    }

    @Test
    void leadsBeyondItsFirstLease() {
        var leader = stand("leader");
        FencingToken token = awaitToken(leader, AT_ONCE);
        await().during(LeaderElection.LEASE.multipliedBy(2)).atMost(AFTER_A_CRASH)
                .until(() -> leader.token().filter(token::equals).isPresent());
    }

    @Test
    void stopsLeadingWhenItsLeaseExpiresWhileConsulIsUnreachable() throws Exception {
        try (var proxy = new Proxy()) {
            var leader = stand(new Consul("127.0.0.1", proxy.port()), "cut-off");
            awaitToken(leader, AT_ONCE);
            proxy.cut();
            // This is before any other candidate can lead: Consul waits at least one TTL.
            await().atMost(LeaderElection.LEASE.plusMillis(200)).until(() -> leader.token().isEmpty());
            assertThat(consul.get(role + "/leader").orElseThrow().session()).isPresent();
            proxy.open();
            awaitToken(leader, AFTER_A_CRASH.plusSeconds(5));
        }
    }

    @Test
    void stopsLeadingWhenTheLockIsTakenFromIt() {
        var leader = stand("leader");
        FencingToken token = awaitToken(leader, AT_ONCE);
        consul.destroySession(consul.get(role + "/leader").orElseThrow().session().orElseThrow());
        await().atMost(AT_ONCE).until(() -> leader.token().filter(token::equals).isEmpty());
        assertThat(awaitToken(leader, AT_ONCE)).isGreaterThan(token);
    }

    @Test
    void raisesItsTokenAboveOneThatWasSeen() {
        var leader = stand("leader");
        awaitToken(leader, AT_ONCE);

        assertThat(leader.raiseTokenAbove(new FencingToken(1_000))).isTrue();

        assertThat(leader.token()).contains(new FencingToken(1_001));
        leader.close();
        assertThat(awaitToken(stand("next"), AT_ONCE)).isEqualTo(new FencingToken(1_002));
    }

    /** The leader was paused past its lease and has not noticed yet. */
    @Test
    void doesNotRaiseTheTokenOfAReplacedLeader() throws Exception {
        try (var proxy = new Proxy()) {
            var paused = stand(new Consul("127.0.0.1", proxy.port()), "paused");
            FencingToken old = awaitToken(paused, AT_ONCE);
            var next = stand("next");
            proxy.hold();
            consul.destroySession(consul.get(role + "/leader").orElseThrow().session().orElseThrow());
            FencingToken newer = awaitToken(next, AT_ONCE);
            assertThat(paused.token()).as("before it learns of the new leader").contains(old);

            proxy.release("/v1/txn", "/v1/kv/" + role + "/token");

            assertThat(paused.raiseTokenAbove(newer)).isFalse();
            assertThat(next.token()).contains(newer);
        }
    }

    /** A proxy in front of Consul that can drop or hold back responses. */
    private final class Proxy implements AutoCloseable {
        private final HttpServer proxy;
        private final HttpClient http = HttpClient.newHttpClient();
        private volatile boolean cut;
        private volatile boolean held;
        private volatile List<String> released = List.of();

        Proxy() throws IOException {
            proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            proxy.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            proxy.createContext("/", this::pass);
            proxy.start();
        }

        int port() {
            return proxy.getAddress().getPort();
        }

        void cut() {
            cut = true;
        }

        void open() {
            cut = false;
        }

        void hold() {
            held = true;
        }

        void release(String... paths) {
            released = List.of(paths);
        }

        private void pass(HttpExchange exchange) throws IOException {
            try (exchange) {
                URI requested = exchange.getRequestURI();
                var request = HttpRequest.newBuilder(server.uri().resolve(requested)).method(exchange
                        .getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
                HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
                if (cut || (held && !released.contains(requested.getPath()))) {
                    return; // the response is lost
                }
                response.headers().firstValue("X-Consul-Index")
                        .ifPresent(index -> exchange.getResponseHeaders().set("X-Consul-Index", index));
                exchange.sendResponseHeaders(response.statusCode(), 0);
                exchange.getResponseBody().write(Objects.requireNonNull(response.body()));
            } catch (InterruptedException e) {
                throw new UncheckedIOException(new IOException(e));
            }
        }

        @Override
        public void close() {
            proxy.stop(0);
            http.shutdownNow();
        }
    }
}
