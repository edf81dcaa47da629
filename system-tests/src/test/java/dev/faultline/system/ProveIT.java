package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalInt;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Progress;
import dev.faultline.local.ServiceDatabase;
import dev.faultline.local.client.Platform;
import dev.faultline.local.proof.Fault;
import dev.faultline.local.proof.Outcome;
import dev.faultline.local.proof.Proof;
import dev.faultline.local.proof.Report;
import dev.faultline.local.proof.history.Anomaly;
import dev.faultline.local.proof.history.History;
import dev.faultline.local.proof.reading.Observation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two minutes of orders while nodes of every kind are killed and frozen and the acquirer misbehaves. */
class ProveIT {
    private static final int PORT = 19_280;
    private static final long SEED = 145;
    private static final Path DIRECTORY = Path.of("target", "prove").toAbsolutePath();
    private static final LocalCluster CLUSTER = LocalCluster.in(DIRECTORY.resolve("cluster"),
            PlatformIT.APPLICATIONS);
    private static final Progress OUT = (subject, what) -> System.out.println(subject + ": " + what);

    @BeforeAll
    static void up() {
        CLUSTER.wipe((subject, what) -> {});
        CLUSTER.up(OptionalInt.of(PORT), OUT);
        CLUSTER.awaitReady(OUT);
    }

    @AfterAll
    static void down() {
        CLUSTER.wipe((subject, what) -> {});
    }

    /** So that a proof is one: the checker reads the real tables, and says so when they are wrong. */
    @Test
    void noticesGoodsThatVanishFromARealShard() throws Exception {
        try (var platform = new Platform(CLUSTER.gatewayUrl())) {
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
                platform.receiveStock("VANISHING", "first", 5);
                return true;
            });
        }
        change(-1);
        try {
            assertThat(History.anomaliesOf(new Observation(CLUSTER).look())).anyMatch(
                    anomaly -> anomaly.kind() == Anomaly.Kind.STOCK_NOT_CONSERVED && anomaly.subject().equals(
                            "VANISHING"));
        } finally {
            change(1);
        }
        assertThat(History.anomaliesOf(new Observation(CLUSTER).look())).noneMatch(
                anomaly -> anomaly.subject().equals("VANISHING"));
    }

    private static void change(int by) throws SQLException {
        for (ServiceDatabase database : CLUSTER.databases()) {
            if (database.service().equals("inventory")) {
                try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database
                        .password());
                        var update = connection.prepareStatement(
                                "update stock set available = available + ? where sku = 'VANISHING'")) {
                    update.setInt(1, by);
                    update.executeUpdate();
                }
            }
        }
    }

    @Test
    void keepsEveryPromiseWhileEverythingBreaks() {
        Outcome outcome = new Proof(CLUSTER, OUT).run(new Proof.Plan(SEED, Duration.ofMinutes(2), 10, Duration
                .ofSeconds(8), EnumSet.allOf(Fault.Kind.class)));
        Path page = Report.write(outcome, DIRECTORY, "prove-" + SEED);
        assertThat(outcome.anomalies()).as("see " + page).isEmpty();
        assertThat(outcome.faults()).hasSizeGreaterThan(4).allMatch(Outcome.Injected::recovered);
        assertThat(outcome.accepted()).isEqualTo(outcome.sent());
        assertThat(outcome.confirmed()).isPositive();
        assertThat(outcome.rejected()).isPositive();
        assertThat(outcome.isProven()).as("see " + page).isTrue();
    }
}
