package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import dev.faultline.sharding.ShardingProperties;
import io.kubernetes.client.common.KubernetesObject;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/** PostgreSQL and Kafka outside the cluster, with the component {@code managed-services}. */
class ManagedServicesTest {
    private final Manifests manifests = Rendering.MANAGED.manifests();

    @Test
    void nothingOfThePlatformsOwnDatabasesAndBrokersIsLeft() {
        assertThat(manifests.objects()).extracting(KubernetesObject::getMetadata).extracting("name", String.class)
                .noneMatch(name -> name.matches("(kafka|shard|create-databases).*"));
        var removed = Stream.concat(Rendering.BASE.manifests().statefulSets().stream().map(Workload::name),
                Stream.of("kafka-0")).filter(name -> !name.equals("consul")).toList();
        for (Workload service : manifests.deployments()) {
            assertThat(service.environment(manifests).values()).as("addresses of %s", service)
                    .noneMatch(value -> removed.stream().anyMatch(name -> value.matches(".*\\b" + name
                            + "(\\.kafka)?:.*")));
        }
    }

    /** Passwords and orders leave the cluster's network. */
    @Test
    void bothServersProveWhoTheyAreAndNothingIsSentInTheClear() {
        var parameters = manifests.configuration("data", "FAULTLINE_DATABASE_PARAMETERS");
        var url = requireNonNull(Driver.parseURL("jdbc:postgresql://shard-1.example/orders?" + parameters, null));
        assertThat(url).containsEntry("sslmode", "verify-full");
        assertThat(url.getProperty("sslfactory")).satisfies(factory -> assertThat(Class.forName(factory)).isNotNull());
        assertThat(new ShardingProperties(List.of(manifests.configuration("data", "FAULTLINE_SHARDS").split(",")),
                new ShardingProperties.Database("orders", "", parameters, 4)).shards()).hasSize(2);
        assertThat(SecurityProtocol.forName(manifests.configuration("data", "SPRING_KAFKA_SECURITY_PROTOCOL")))
                .isEqualTo(SecurityProtocol.SASL_SSL);
    }

    @Test
    void onlyServicesThatUseKafkaHaveTheCredentialsForIt() {
        for (Workload service : manifests.deployments()) {
            boolean has = service.environment(manifests).containsValue("<kafka-client/jaas>");
            assertThat(has).as("%s", service).isEqualTo(Repository.participants().contains(service.name()));
        }
    }
}
