package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.google.gson.JsonObject;
import dev.faultline.backing.PostgresServer;
import dev.faultline.sharding.ShardingProperties;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.context.properties.bind.Binder;

/** The PostgreSQL servers have the settings that the services need, with and without standbys. */
class ShardsTest {
    /** Depends on the available memory. */
    private static final String BUFFERS = "shared_buffers";
    private static final String MAX_LAG = "max_slot_wal_keep_size";

    @ParameterizedTest
    @EnumSource(names = {"BASE", "LOCAL", "THREE_NODES"})
    void aShardHasTheSettingsOfTheLocalCluster(Rendering rendering) {
        for (Workload shard : shards(rendering)) {
            var expected = new TreeMap<>(PostgresServer.SETTINGS);
            expected.remove(BUFFERS);
            assertThat(settings(shard)).as("%s", shard).containsAllEntriesOf(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "PRODUCTION")
    void aShardWithStandbysHasAtLeastTheSettingsOfTheLocalCluster(Rendering rendering) {
        for (JsonObject cluster : rendering.manifests().ofCloudNativePg("Cluster")) {
            var parameters = cluster.getAsJsonObject("spec").getAsJsonObject("postgresql").getAsJsonObject(
                    "parameters");
            PostgresServer.SETTINGS.forEach((name, value) -> {
                assertThat(parameters.has(name)).as(name).isTrue();
                String set = parameters.get(name).getAsString();
                if (value.matches("\\d+")) {
                    assertThat(Integer.parseInt(set)).as(name).isGreaterThanOrEqualTo(Integer.parseInt(value));
                } else if (!name.equals(BUFFERS) && !name.equals(MAX_LAG)) {
                    assertThat(set).as(name).isEqualTo(value);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BASE", "LOCAL", "THREE_NODES"})
    void theServicesAreConfiguredWithEveryShard(Rendering rendering) {
        assertThat(configured(rendering)).isEqualTo(shards(rendering).stream().map(Workload::name)
                .map(name -> name + "=" + name + ":5432").collect(joining(",")));
    }

    /** CloudNativePG's Service {@code -rw} is the primary, and {@code -ro} its standbys. */
    @ParameterizedTest
    @EnumSource(names = "PRODUCTION")
    void theServicesAreConfiguredWithEveryShardsPrimaryAndItsStandbys(Rendering rendering) {
        assertThat(configured(rendering)).isEqualTo(rendering.manifests().ofCloudNativePg("Cluster").stream()
                .map(ShardsTest::name).sorted().map(name -> name + "=" + name + "-rw:5432," + name + "-ro:5432")
                .collect(joining(",")));
    }

    @ParameterizedTest
    @EnumSource(names = {"BASE", "LOCAL", "THREE_NODES"})
    void aShardHasThePasswordsOfAllDatabases(Rendering rendering) {
        for (Workload shard : shards(rendering)) {
            var files = requireNonNull(shard.pod().getVolumes()).stream()
                    .filter(volume -> volume.getName().equals("databases")).findFirst().orElseThrow().getProjected()
                    .getSources().stream().map(source -> requireNonNull(source.getSecret()).getItems().getFirst());
            assertThat(files).extracting("path").containsExactlyInAnyOrderElementsOf(Repository.participants().stream()
                    .map(service -> Repository.database(service).orElseThrow()).toList());
        }
    }

    /** PostgreSQL waits for the readers of its log, by default for a minute, in which nobody is served. */
    @ParameterizedTest
    @EnumSource(names = {"BASE", "LOCAL", "THREE_NODES"})
    void aShardDoesNotWaitLongForTheOutboxesWhenItStops(Rendering rendering) {
        assertThat(shards(rendering)).isNotEmpty().allMatch(shard -> "10s".equals(settings(shard).get(
                "wal_sender_timeout")));
    }

    /** So no other pod needs the superuser's password, and nothing has to wait for a Job. */
    @ParameterizedTest
    @EnumSource(names = {"BASE", "LOCAL", "THREE_NODES"})
    void aShardCreatesItsDatabasesBeforeItIsReady(Rendering rendering) {
        for (V1StatefulSet set : rendering.manifests().all(V1StatefulSet.class)) {
            if (Manifests.name(set).startsWith("shard-")) {
                var container = rendering.manifests().workload(Manifests.name(set)).container();
                var command = requireNonNull(container.getLifecycle().getPostStart().getExec()).getCommand();
                assertThat(requireNonNull(container.getVolumeMounts())).extracting("mountPath")
                        .contains(requireNonNull(command).getLast());
            }
        }
    }

    /** With every service scaled to its maximum, during an update. */
    @ParameterizedTest
    @EnumSource(names = {"BASE", "PRODUCTION"})
    void theConnectionsOfAShardSufficeForAllInstances(Rendering rendering) {
        int pool = new Binder().bindOrCreate("faultline.database", ShardingProperties.Database.class).poolSize();
        int perInstance = pool + 1; // one listens for outcomes
        int forSuperusers = 3;
        int instances = 0;
        var manifests = rendering.manifests();
        for (String service : Repository.participants()) {
            var update = requireNonNull(manifests.named(V1Deployment.class, service).getSpec()).getStrategy()
                    .getRollingUpdate();
            instances += manifests.named(V2HorizontalPodAutoscaler.class, service).getSpec().getMaxReplicas()
                    + update.getMaxSurge().getIntValue();
        }
        var settings = rendering == Rendering.PRODUCTION
                ? strings(manifests.ofCloudNativePg("Cluster").getFirst()) : settings(shards(rendering).getFirst());
        assertThat(instances * perInstance).isLessThanOrEqualTo(Integer.parseInt(settings.get("max_connections"))
                - forSuperusers);
        // Every relay holds a connection, including those that wait for the slot.
        assertThat(instances).isLessThan(Integer.parseInt(settings.get("max_wal_senders")));
    }

    private static String configured(Rendering rendering) {
        return rendering.manifests().configuration("data", "FAULTLINE_SHARDS");
    }

    private static List<Workload> shards(Rendering rendering) {
        return rendering.manifests().statefulSets().stream().filter(set -> set.name().startsWith("shard-")).toList();
    }

    private static Map<String, String> settings(Workload shard) {
        return requireNonNull(shard.container().getArgs()).stream().map(argument -> argument.substring(2).split("="))
                .collect(toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static Map<String, String> strings(JsonObject cluster) {
        return cluster.getAsJsonObject("spec").getAsJsonObject("postgresql").getAsJsonObject("parameters").asMap()
                .entrySet().stream().collect(toMap(Map.Entry::getKey, entry -> entry.getValue().getAsString()));
    }

    private static String name(JsonObject resource) {
        return resource.getAsJsonObject("metadata").get("name").getAsString();
    }
}
