package dev.faultline.system;

import static dev.faultline.system.SharedCluster.CLUSTER;
import static dev.faultline.system.SharedCluster.OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.history.Anomaly;
import dev.faultline.verification.history.HistoryChecker;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.prove.ProofReport;
import dev.faultline.verification.prove.ProofResult;
import dev.faultline.verification.prove.ProofRun;
import dev.faultline.verification.reading.HistoryReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two minutes of load while nodes of every kind are killed and paused, and acquirer faults are injected. */
@Tag("integration")
@ExtendWith(SharedCluster.class)
class ProveIT {
    private static final long SEED = 145;
    private static final Path DIRECTORY = Path.of("target", "prove").toAbsolutePath();
    private static final Target TARGET = new LocalTarget(CLUSTER);

    /** A positive control: the checker finds an anomaly in the real tables. */
    @Test
    void reportsStockThatVanishesFromARealShard() throws Exception {
        try (var platform = new PlatformClient(TARGET)) {
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
                platform.receiveStock("VANISHING", "first", 5);
                return true;
            });
        }
        change(-1);
        try {
            assertThat(HistoryChecker.check(new HistoryReader(TARGET).read())).anyMatch(
                    anomaly -> anomaly.kind() == Anomaly.Kind.STOCK_NOT_CONSERVED && anomaly.subject().equals(
                            "VANISHING"));
        } finally {
            change(1);
        }
        assertThat(HistoryChecker.check(new HistoryReader(TARGET).read())).noneMatch(
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
    void hasNoAnomalyUnderAnyFault() {
        ProofResult result = new ProofRun(TARGET, OUT).run(new ProofRun.Plan(SEED, Duration.ofMinutes(2), 10, Duration
                .ofSeconds(8), FaultKind.ALL));
        Path page = ProofReport.write(result, DIRECTORY, "prove-" + SEED);
        assertThat(result.anomalies()).as("see " + page).isEmpty();
        assertThat(result.faults()).hasSizeGreaterThan(4).allMatch(ProofResult.InjectedFault::recovered);
        assertThat(result.accepted()).isEqualTo(result.sent());
        assertThat(result.confirmed()).isPositive();
        assertThat(result.rejected()).isPositive();
        assertThat(result.isProven()).as("see " + page).isTrue();
    }
}
