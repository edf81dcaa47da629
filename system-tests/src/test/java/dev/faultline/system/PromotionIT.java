package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.prove.ProofReport;
import dev.faultline.verification.prove.ProofResult;
import dev.faultline.verification.prove.ProofRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The platform on shards with synchronous standbys, while their primaries are killed. */
@Tag("integration")
class PromotionIT {
    private static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster-standbys").toAbsolutePath(),
            TrainedBuilds.DIRECTORY).withStandbys(Replication.Mode.SYNCHRONOUS);
    private static final Progress OUT = (subject, what) -> System.out.println("standbys, " + subject + ": " + what);

    @BeforeAll
    static void start() {
        CLUSTER.wipe((_, _) -> {});
        TrainedBuilds.start(CLUSTER, OUT);
    }

    @AfterAll
    static void stop() {
        CLUSTER.wipe((_, _) -> {});
    }

    @Test
    void noOrderIsLostOrDuplicatedWhileEachShardsStandbyTakesOver() {
        assertThat(CLUSTER.primaryOf("shard-1")).contains("shard-1-a");
        assertThat(CLUSTER.primaryOf("shard-2")).contains("shard-2-a");

        ProofResult result = new ProofRun(new LocalTarget(CLUSTER), OUT).run(new ProofRun.Plan(1, Duration
                .ofSeconds(25), 10, Duration.ofSeconds(1), List.of(FaultKind.named("kill").orElseThrow()), List.of(
                        "shard-1 primary", "shard-2 primary")));

        Path page = ProofReport.write(result, Path.of("target", "prove").toAbsolutePath(), "promotion");
        assertThat(result.anomalies()).as("see " + page).isEmpty();
        assertThat(result.accepted()).isEqualTo(result.sent());
        assertThat(result.isProven()).as("see " + page).isTrue();
        assertThat(result.faults()).extracting(ProofResult.InjectedFault::node).contains("shard-1-a", "shard-2-a");
        System.out.printf("longest time without an accepted order: %.1f s%n", result.unavailableForMs() / 1e3);
    }
}
