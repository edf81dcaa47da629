package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;

import dev.faultline.backing.Progress;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.prove.ProofReport;
import dev.faultline.verification.prove.ProofResult;
import dev.faultline.verification.prove.ProofRun;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The layout with three Consul servers and three Kafka brokers, of which any one may be missing. */
@Tag("integration")
class ReplicatedServersIT {
    private static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster-replicated")
            .toAbsolutePath(), TrainedBuilds.DIRECTORY).withReplicatedServers();
    private static final Progress OUT = (subject, what) -> System.out.println("replicated, " + subject + ": " + what);
    private static final List<String> SERVERS = List.of("consul-1", "consul-2", "consul-3", "kafka-1", "kafka-2",
            "kafka-3");

    @BeforeAll
    static void start() {
        TrainedBuilds.start(CLUSTER, OUT);
    }

    @AfterAll
    static void stop() {
        CLUSTER.wipe((_, _) -> {});
    }

    @Test
    void everyTopicIsOnAllBrokersAndNeedsTwo() throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(CLUSTER.kafkaConnection()))) {
            var topics = admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get().values();

            assertThat(topics).extracting(topic -> topic.name()).contains("inventory.commands", "payment.commands",
                    "checkout.replies");
            assertThat(topics).allSatisfy(topic -> assertThat(topic.partitions()).as(topic.name()).allSatisfy(
                    partition -> assertThat(partition.replicas()).hasSize(3)));
            var settings = admin.describeConfigs(topics.stream().map(topic -> new ConfigResource(
                    ConfigResource.Type.TOPIC,
                    topic.name())).toList()).all().get();
            assertThat(settings).allSatisfy((topic, config) -> assertThat(config.get("min.insync.replicas").value()).as(
                    topic.name()).isEqualTo("2"));
            assertThat(admin.describeMetadataQuorum().quorumInfo().get().voters()).hasSize(3);
        }
    }

    @Test
    void noOrderIsLostOrDuplicatedWhileServersAreKilledAndPaused() {
        var faults = List.of(FaultKind.named("kill").orElseThrow(), FaultKind.named("pause").orElseThrow());

        ProofResult result = new ProofRun(new LocalTarget(CLUSTER), OUT).run(new ProofRun.Plan(7, Duration.ofSeconds(
                60), 8, Duration.ofSeconds(2), faults, SERVERS));

        Path page = ProofReport.write(result, Path.of("target", "prove").toAbsolutePath(), "replicated");
        assertThat(result.anomalies()).as("see " + page).isEmpty();
        assertThat(result.isProven()).as("see " + page).isTrue();
        assertThat(result.faults()).isNotEmpty();
        System.out.printf("longest time without an accepted order: %.1f s%n", result.unavailableForMs() / 1e3);
    }
}
