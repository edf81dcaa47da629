package dev.faultline.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The configuration of CloudNativePG. These tests do not run the operator. */
class StandbysTest {
    private List<JsonObject> clusters = List.of();

    @BeforeEach
    void render() {
        clusters = Rendering.PRODUCTION.manifests().ofCloudNativePg("Cluster");
    }

    @Test
    void everyShardOfTheBaseIsAClusterOfTheSameName() {
        var shards = Rendering.BASE.manifests().statefulSets().stream().map(Workload::name)
                .filter(name -> name.startsWith("shard-")).toList();
        assertThat(clusters).extracting(StandbysTest::name).containsExactlyInAnyOrderElementsOf(shards);
    }

    @Test
    void acknowledgedWritesSurviveAFailover() {
        for (JsonObject cluster : clusters) {
            var spec = cluster.getAsJsonObject("spec");
            var synchronous = object(spec, "postgresql", "synchronous");
            assertThat(synchronous.get("number").getAsInt()).isEqualTo(1);
            assertThat(synchronous.get("method").getAsString()).isEqualTo("any");
            assertThat(synchronous.get("dataDurability").getAsString()).isEqualTo("required");
            assertThat(synchronous.get("failoverQuorum").getAsBoolean()).isTrue();
            assertThat(spec.get("instances").getAsInt()).as("writes go on without one of the standbys")
                    .isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void theOutboxesSlotsSurviveAFailover() {
        for (JsonObject cluster : clusters) {
            var availability = object(cluster, "spec", "replicationSlots", "highAvailability");
            assertThat(availability.get("enabled").getAsBoolean()).isTrue();
            assertThat(availability.get("synchronizeLogicalDecoding").getAsBoolean()).isTrue();
            var parameters = object(cluster, "spec", "postgresql", "parameters");
            assertThat(parameters.get("sync_replication_slots").getAsString()).isEqualTo("on");
            assertThat(parameters.get("hot_standby_feedback").getAsString()).isEqualTo("on");
        }
        assertThat(Repository.text("libs/messaging/src/main/java/dev/faultline/messaging/ReplicationSlot.java"))
                .as("and they are made as such").contains("failover => true");
    }

    @Test
    void instancesOfAClusterAreOnDifferentNodes() {
        for (JsonObject cluster : clusters) {
            var affinity = object(cluster, "spec", "affinity");
            assertThat(affinity.get("enablePodAntiAffinity").getAsBoolean()).isTrue();
            assertThat(affinity.get("podAntiAffinityType").getAsString()).isEqualTo("required");
            assertThat(affinity.get("topologyKey").getAsString()).isEqualTo("kubernetes.io/hostname");
        }
    }

    /** The relays need REPLICATION to read the write-ahead log. */
    @Test
    void everyServiceHasItsOwnRoleAndDatabase() {
        var databases = Repository.participants().stream().map(service -> Repository.database(service).orElseThrow())
                .toList();
        for (JsonObject cluster : clusters) {
            var roles = object(cluster, "spec", "managed").getAsJsonArray("roles").asList().stream()
                    .map(JsonElement::getAsJsonObject).toList();
            assertThat(roles).extracting(role -> role.get("name").getAsString())
                    .containsExactlyInAnyOrderElementsOf(databases);
            assertThat(roles).allMatch(role -> role.get("login").getAsBoolean() && role.get("replication")
                    .getAsBoolean()
                    && !role.has("superuser") && object(role, "passwordSecret").get("name").getAsString()
                            .equals(role.get("name").getAsString() + "-database"));
            var first = object(cluster, "spec", "bootstrap", "initdb");
            assertThat(first.get("owner")).isEqualTo(first.get("database"));
            var others = Rendering.PRODUCTION.manifests().ofCloudNativePg("Database").stream()
                    .map(database -> database.getAsJsonObject("spec"))
                    .filter(spec -> object(spec, "cluster").get("name").getAsString().equals(name(cluster))).toList();
            assertThat(others).allMatch(spec -> spec.get("owner").equals(spec.get("name")));
            assertThat(others).extracting(spec -> spec.get("name").getAsString())
                    .doesNotContain(first.get("database").getAsString()).hasSize(databases.size() - 1)
                    .isSubsetOf(databases);
            assertThat(object(cluster, "spec", "postgresql").getAsJsonArray("pg_hba").asList())
                    .extracting(JsonElement::getAsString)
                    .containsExactly("host sameuser all all scram-sha-256", "host all all all reject");
        }
    }

    private static String name(JsonObject resource) {
        return object(resource, "metadata").get("name").getAsString();
    }

    private static JsonObject object(JsonObject from, String... path) {
        for (String key : path) {
            from = from.getAsJsonObject(key);
        }
        return from;
    }
}
