package dev.faultline.system;

import static dev.faultline.system.SharedCluster.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.fault.Roles;
import dev.faultline.verification.history.HistoryChecker;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.reading.HistoryReader;
import dev.faultline.verification.shards.ShardPlanning;
import dev.faultline.verification.shards.ShardPlanning.FinishedMove;
import dev.faultline.verification.shards.ShardPlanning.Move;
import dev.faultline.verification.shards.ShardPlanning.State;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Buckets move while clients place orders and read, and while their movers are killed. */
@Tag("integration")
@ExtendWith(SharedCluster.class)
class ReshardingIT {
    private static final LocalTarget TARGET = new LocalTarget(CLUSTER);
    private static final List<String> SKUS = IntStream.range(0, 12).mapToObj(i -> "MOVING-" + i).toList();
    private static final List<String> SERVICES = List.of("orders", "inventory", "payments");
    private static final int BUCKETS = 1_024;

    @BeforeAll
    static void addStock() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            for (String sku : SKUS) {
                put(http, "/api/catalogue/" + sku,
                        "{\"name\": \"A product\", \"price\": {\"minorUnits\": 1250, \"currency\": \"EUR\"}}");
                put(http, "/api/stock/" + sku + "/receipts/first", "{\"quantity\": 10000}");
            }
        }
    }

    private static void put(HttpClient http, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(CLUSTER.gatewayUrl() + path))
                .header("Authorization", TARGET.credentials().bearer(Credentials.CLERK))
                .header("Content-Type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(body)).build();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() < 300);
    }

    @Test
    void noClientNoticesThatAShardIsAddedAndItsBucketsMoveThere() throws Exception {
        var load = new SteadyLoad(TARGET, 8, SKUS);
        try (load) {
            await().atMost(Duration.ofSeconds(30)).until(() -> load.accepted().size() >= 40);
            String added = CLUSTER.addShard(SharedCluster.OUT);
            SERVICES.forEach(service -> rebalance(service, added));
            SERVICES.forEach(ReshardingIT::awaitDone);
            int before = load.accepted().size();
            await().atMost(Duration.ofSeconds(30)).until(() -> load.accepted().size() >= before + 40);
        }
        System.out.printf("%d orders, slowest response %d ms, failures: %s%n", load.accepted().size(), load
                .slowestMs(), load.failures());
        assertThat(load.failures()).isEmpty();
        var reader = new HistoryReader(TARGET);
        assertThat(reader.awaitQuiescence(Duration.ofMinutes(2), _ -> {})).isPresent();
        assertThat(HistoryChecker.check(reader.read())).isEmpty();
    }

    /** By steps and not by the clock: a mover is killed when it has moved some buckets and has more to move. */
    @Test
    void aMoverThatIsKilledDuringADrainIsReplacedAndNothingIsLost() {
        try (var roles = new Roles(TARGET)) {
            for (String service : SERVICES) {
                try (var planning = new ShardPlanning(TARGET, service)) {
                    long epoch = planning.since(Long.MAX_VALUE).epoch();
                    planning.drain("shard-2", false);
                    State before = awaitMoves(planning, epoch, 3);
                    String mover = roles.nodeOf(ShardPlanning.SERVICES.get(service) + " mover");
                    TARGET.kill(mover);
                    State after = awaitMoves(planning, epoch, before.moves().size() + 10);
                    assertThat(after.pending()).as("moves left after those of the next mover").isNotEmpty();
                    planning.rebalance(false);
                    System.out.printf("%s: %s killed after %d moves; %d later made%n", service, mover, before.moves()
                            .size(), after.moves().size() - before.moves().size());
                }
            }
        }
        SERVICES.forEach(ReshardingIT::awaitDone);
        var reader = new HistoryReader(TARGET);
        assertThat(reader.awaitQuiescence(Duration.ofMinutes(2), _ -> {})).isPresent();
        assertThat(HistoryChecker.check(reader.read())).isEmpty();
    }

    private static State awaitMoves(ShardPlanning planning, long epoch, int count) {
        return await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> planning.since(epoch),
                state -> state.moves().size() >= count);
    }

    private static void rebalance(String service, String added) {
        try (var planning = new ShardPlanning(TARGET, service)) {
            List<Move> moves = planning.rebalance(false);
            assertThat(moves).allMatch(move -> move.to().equals(added));
            assertThat(moves.size() * 3.0 / BUCKETS).isBetween(0.75, 1.25);
        }
    }

    private static void awaitDone(String service) {
        try (var planning = new ShardPlanning(TARGET, service)) {
            State done = await().atMost(Duration.ofMinutes(10)).pollDelay(Duration.ZERO).until(() -> planning.since(0),
                    State::isDone);
            List<Double> pauses = done.moves().stream().map(FinishedMove::pauseMs).sorted().toList();
            System.out.printf("%s: %d buckets moved; a bucket paused for %.1f ms, at most %.1f ms%n", service, pauses
                    .size(), pauses.get(pauses.size() / 2), pauses.getLast());
        }
    }
}
