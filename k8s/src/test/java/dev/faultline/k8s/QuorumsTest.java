package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.IntStream;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The quorums of Kafka and Consul match the number of pods. */
class QuorumsTest {

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MANAGED")
    void everyBrokerIsAVoterNamedAfterItsPod(Rendering rendering) {
        var manifests = rendering.manifests();
        Workload kafka = manifests.workload("kafka");
        var environment = kafka.environment(manifests);
        assertThat(environment.get("KAFKA_CONTROLLER_QUORUM_VOTERS")).isEqualTo(String.join(",",
                each(kafka, "%1$d@kafka-%1$d.kafka:" + kafka.ports().get("controller"))));
        assertThat(environment).containsEntry("KAFKA_NODE_ID", "<metadata.labels['apps.kubernetes.io/pod-index']>")
                .containsEntry("KAFKA_ADVERTISED_LISTENERS",
                        "BROKER://$(POD_NAME).kafka:" + kafka.ports().get("broker"));
        assertThat(manifests.configuration("data", "SPRING_KAFKA_BOOTSTRAP_SERVERS"))
                .isEqualTo(String.join(",", each(kafka, "kafka-%d.kafka:" + kafka.ports().get("broker"))));
    }

    /** A record is acknowledged once two of three brokers have it, so one broker may be down. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MANAGED")
    void everyTopicIsReplicatedToAllBrokersAndAcknowledgedByAMajority(Rendering rendering) {
        var manifests = rendering.manifests();
        Workload kafka = manifests.workload("kafka");
        var environment = kafka.environment(manifests);
        int brokers = requireNonNull(kafka.replicas());
        assertThat(environment.keySet()).filteredOn(name -> name.endsWith("REPLICATION_FACTOR")).hasSize(4)
                .allMatch(name -> Integer.toString(brokers).equals(environment.get(name)));
        assertThat(environment.keySet()).filteredOn(name -> name.matches(".*(MIN_ISR|MIN_INSYNC_REPLICAS)")).hasSize(3)
                .allMatch(name -> Integer.toString(brokers / 2 + 1).equals(environment.get(name)));
        assertThat(manifests.configuration("data", "FAULTLINE_MESSAGING_TOPICS_REPLICATIONFACTOR"))
                .isEqualTo(Integer.toString(brokers));
        assertThat(environment).containsEntry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
    }

    /** The image turns each variable into a property, and Kafka silently ignores unknown ones. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "MANAGED")
    void everyVariableOfABrokerIsAPropertyOfKafka(Rendering rendering) {
        var manifests = rendering.manifests();
        var variables = new TreeSet<>(manifests.workload("kafka").environment(manifests).keySet());
        // Variables of the image, and one that others refer to.
        variables.removeAll(List.of("CLUSTER_ID", "KAFKA_HEAP_OPTS", "POD_NAME"));
        assertThat(variables).extracting(QuorumsTest::property).isSubsetOf(AbstractKafkaConfig.CONFIG_DEF.names());
    }

    private static String property(String variable) {
        return variable.replaceFirst("^KAFKA_", "").replace('_', '.').toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource
    void consulWaitsForAllServersBeforeItsFirstElection(Rendering rendering) {
        var manifests = rendering.manifests();
        Workload consul = manifests.workload("consul");
        var server = JsonParser.parseString(manifests.configuration("consul", "server.json")).getAsJsonObject();
        int servers = requireNonNull(consul.replicas());
        assertThat(server.get("bootstrap_expect").getAsInt()).isEqualTo(servers).isOdd();
        assertThat(server.getAsJsonArray("retry_join").asList()).extracting(JsonElement::getAsString)
                .isEqualTo(servers == 1 ? List.of() : each(consul, "consul-%d.consul-servers"));
        var ports = server.getAsJsonObject("ports");
        assertThat(consul.ports()).containsEntry("http", ports.get("http").getAsInt())
                .containsEntry("server", ports.get("server").getAsInt())
                .containsEntry("serf", ports.get("serf_lan").getAsInt());
    }

    /** Only the server with which a service registered can deregister it. */
    @ParameterizedTest
    @EnumSource
    void aPodUsesOneConsulServer(Rendering rendering) {
        var spec = requireNonNull(rendering.manifests().named(V1Service.class, "consul").getSpec());
        assertThat(spec.getSessionAffinity()).isEqualTo("ClientIP");
    }

    /** Members must find each other before any of them is ready. */
    @ParameterizedTest
    @EnumSource
    void membersStartInParallelAndAreResolvableBeforeTheyAreReady(Rendering rendering) {
        var manifests = rendering.manifests();
        for (String name : rendering == Rendering.MANAGED ? List.of("consul") : List.of("consul", "kafka")) {
            var set = requireNonNull(manifests.named(V1StatefulSet.class, name)
                    .getSpec());
            assertThat(set.getPodManagementPolicy()).as(name).isEqualTo("Parallel");
            var service = requireNonNull(manifests.named(V1Service.class, requireNonNull(set.getServiceName()))
                    .getSpec());
            assertThat(service.getPublishNotReadyAddresses()).as(name).isTrue();
        }
    }

    private static List<String> each(Workload workload, String format) {
        return IntStream.range(0, requireNonNull(workload.replicas())).mapToObj(format::formatted).toList();
    }
}
