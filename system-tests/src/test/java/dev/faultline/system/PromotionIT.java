package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.ConsistencyClient;
import dev.faultline.verification.client.ConsistencyClient.Answer;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.prove.ProofReport;
import dev.faultline.verification.prove.ProofResult;
import dev.faultline.verification.prove.ProofRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The platform on shards with synchronous standbys, which take over, lag and answer reads. */
@Tag("integration")
class PromotionIT {
    private static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster-standbys").toAbsolutePath(),
            TrainedBuilds.DIRECTORY).withStandbys(Replication.Mode.SYNCHRONOUS);
    private static final Target TARGET = new LocalTarget(CLUSTER);
    private static final Progress OUT = (subject, what) -> System.out.println("standbys, " + subject + ": " + what);
    private static final List<String> SHARDS = List.of("shard-1", "shard-2");
    private static final List<String> SERVERS = List.of("shard-1-a", "shard-1-b", "shard-2-a", "shard-2-b");
    private static final String FAILOVER = "failover-1";
    private static final String SKU = "STANDBY";
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    private final ConsistencyClient client = new ConsistencyClient(TARGET);

    @BeforeAll
    static void start() {
        TrainedBuilds.start(CLUSTER, OUT);
    }

    @AfterAll
    static void stop() {
        CLUSTER.wipe((_, _) -> {});
    }

    @BeforeEach
    void addStock() {
        await().atMost(AT_MOST).until(() -> client.put("/api/catalogue/" + SKU,
                "{\"name\": \"A product\", \"price\": {\"minorUnits\": 1250, \"currency\": \"EUR\"}}").status() == 200
                && client.put("/api/stock/" + SKU + "/receipts/first", "{\"quantity\": 10000}").status() < 300);
    }

    @AfterEach
    void heal() {
        SERVERS.forEach(TARGET::resume);
        TARGET.resume(FAILOVER);
        client.close();
    }

    @Test
    void noOrderIsLostOrDuplicatedWhileEachShardsStandbyTakesOver() {
        Map<String, String> before = primaries();

        ProofResult result = new ProofRun(TARGET, OUT).run(new ProofRun.Plan(1, Duration.ofSeconds(90), 10, Duration
                .ofSeconds(1), List.of(FaultKind.named("kill").orElseThrow()), List.of("shard-1 primary",
                        "shard-2 primary")));

        Path page = ProofReport.write(result, Path.of("target", "prove").toAbsolutePath(), "promotion");
        assertThat(result.anomalies()).as("see " + page).isEmpty();
        assertThat(result.accepted()).isEqualTo(result.sent());
        assertThat(result.isProven()).as("see " + page).isTrue();
        assertThat(result.faults()).hasSizeGreaterThan(2);
        SHARDS.forEach(shard -> {
            long kills = result.faults().stream().filter(fault -> fault.node().startsWith(shard)).count();
            assertThat(kills).isPositive();
            assertThat(Objects.equals(primaries().get(shard), before.get(shard))).as(shard + " after " + kills
                    + " promotions").isEqualTo(kills % 2 == 0);
        });
        System.out.printf("longest time without an accepted order: %.1f s%n", result.unavailableForMs() / 1e3);
    }

    @Test
    void whileStandbysLagEachReadIsAsFreshAsItAskedFor() {
        awaitReplica(order("lag-0"));
        SHARDS.forEach(shard -> TARGET.lag(TARGET.standbyOf(shard).orElseThrow()));
        long begin = System.nanoTime();
        int fromReplica = 0;

        for (int number = 1; number <= 8; number++) {
            Answer placed = client.place("lag-" + number, SKU, "session");
            assertThat(placed.status()).as(placed.body()).isEqualTo(202);
            long placedAt = System.nanoTime();
            String path = "/api/orders/" + placed.json().get("id").asString();

            Answer strong = client.get(path, "strong");
            assertThat(strong.status()).isEqualTo(200);
            assertThat(strong.servedBy()).isEqualTo("primary");
            Answer session = client.getInSession(path, placed.token());
            assertThat(session.status()).isEqualTo(200);
            assertThat(session.servedBy()).isEqualTo("primary");

            long leastMs = (System.nanoTime() - placedAt) / 1_000_000;
            Answer eventual = client.get(path, "eventual");
            if (eventual.isFromReplica()) {
                fromReplica++;
                assertThat(eventual.status()).isEqualTo(404);
                // It lacks what was acknowledged so long ago.
                assertThat(eventual.staleness()).isGreaterThanOrEqualTo(leastMs);
            }
        }
        assertThat(fromReplica).isGreaterThan(4);
        await().atMost(AT_MOST).untilAsserted(() -> assertThat(client.get("/api/catalogue/" + SKU, "eventual")
                .staleness()).isGreaterThan(3_000));
        // What it says is an upper bound, of a clock that ticks once a second while nobody reads.
        assertThat((System.nanoTime() - begin) / 1_000_000).isGreaterThan(1_500);

        SHARDS.forEach(shard -> TARGET.resume(TARGET.standbyOf(shard).orElseThrow()));
        await().atMost(AT_MOST).until(() -> {
            Answer fresh = client.get("/api/catalogue/" + SKU, "eventual");
            return fresh.isFromReplica() && fresh.staleness() < 1_000;
        });
    }

    @Test
    void aSessionSeesItsOrdersAndNeverGoesBackWhileStandbysLagAgainAndAgain() {
        String path = "/api/orders?customer=session";
        String token = null;
        int seen = 0;
        int fromReplica = 0;
        int fromPrimary = 0;
        for (int round = 0; round < 12; round++) {
            boolean lags = round % 3 == 0;
            SHARDS.forEach(shard -> TARGET.resume(TARGET.standbyOf(shard).orElseThrow()));
            if (lags) {
                SHARDS.forEach(shard -> TARGET.lag(TARGET.standbyOf(shard).orElseThrow()));
            }
            Answer placed = client.place("session", SKU, "session");
            assertThat(placed.status()).as(placed.body()).isEqualTo(202);
            token = placed.token();
            seen++;
            for (int read = 0; read < 10; read++) {
                Answer answer = client.getInSession(path, token);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.json().get("orders").size()).isEqualTo(seen);
                token = answer.token();
                fromReplica += answer.isFromReplica() ? 1 : 0;
                fromPrimary += answer.isFromReplica() ? 0 : 1;
            }
        }
        System.out.printf("reads of a session: %d answered by replicas, %d by primaries%n", fromReplica, fromPrimary);
        assertThat(fromReplica).isPositive();
        assertThat(fromPrimary).isPositive();
    }

    /** Failover-1 is paused too: it would promote the standbys. */
    @Test
    void whilePrimariesArePausedStrongReadsAreRefusedAndEventualOnesSayHowStaleTheyAre() {
        String path = awaitReplica(order("paused"));
        TARGET.pause(FAILOVER);
        primaries().values().forEach(TARGET::pause);
        long begin = System.nanoTime();

        Answer strong = client.get(path, "strong");
        assertThat(strong.status()).as(strong.body()).isEqualTo(503);
        assertThat(strong.json().get("detail").asString()).contains("primary");
        await().atMost(AT_MOST).untilAsserted(() -> {
            long leastMs = (System.nanoTime() - begin) / 1_000_000;
            Answer eventual = client.get(path, "eventual");
            assertThat(eventual.status()).as(eventual.body()).isEqualTo(200);
            assertThat(eventual.isFromReplica()).isTrue();
            assertThat(eventual.staleness()).isGreaterThanOrEqualTo(leastMs).isGreaterThan(5_000);
        });

        primaries().values().forEach(TARGET::resume);
        await().atMost(AT_MOST).until(() -> client.get(path, "strong").status() == 200);
    }

    @Test
    void theExperimentOfTheDayHolds() {
        DailyExperiment.assertHolds(Stage.STANDBYS, CLUSTER);
    }

    private static Map<String, String> primaries() {
        return SHARDS.stream().collect(Collectors.toMap(shard -> shard, shard -> TARGET.primaryOf(shard)
                .orElseThrow()));
    }

    /** The path of a new order. */
    private String order(String customer) {
        Answer placed = client.place(customer, SKU, "strong");
        assertThat(placed.status()).as(placed.body()).isEqualTo(202);
        return "/api/orders/" + placed.json().get("id").asString();
    }

    private String awaitReplica(String path) {
        await().atMost(AT_MOST).until(() -> {
            Answer answer = client.get(path, "eventual");
            return answer.status() == 200 && answer.isFromReplica();
        });
        return path;
    }
}
