package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Volume;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Configuration is in ConfigMaps and Secrets, not in workloads. */
class ConfigurationTest {
    private static final Pattern SECRET = Pattern.compile("(?i)password|secret|token|credential");

    @ParameterizedTest
    @EnumSource
    void noSecretIsInAConfigMapOrAWorkload(Rendering rendering) {
        for (V1ConfigMap map : rendering.manifests().all(V1ConfigMap.class)) {
            assertThat(requireNonNull(map.getData()).keySet()).as(Manifests.name(map))
                    .noneMatch(key -> SECRET.matcher(key).find());
        }
        for (Workload workload : rendering.manifests().workloads()) {
            for (V1EnvVar variable : workload.variables()) {
                if (SECRET.matcher(variable.getName()).find() && variable.getValue() == null) {
                    assertThat(variable.getValueFrom().getSecretKeyRef()).as(variable.getName()).isNotNull();
                } else if (SECRET.matcher(variable.getName()).find()) {
                    assertThat(variable).as("%s names a file at most", workload)
                            .matches(file -> file.getName().endsWith("_FILE") && file.getValue().startsWith("/"));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = {"LOCAL", "THREE_NODES"})
    void secretsAreNotInTheRepository(Rendering rendering) {
        assertThat(rendering.manifests().all(V1Secret.class)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"LOCAL", "THREE_NODES"})
    void theOverlaysForOneMachineHaveEveryReferencedSecret(Rendering rendering) {
        var manifests = rendering.manifests();
        assertThat(manifests.all(V1Secret.class).stream().map(Manifests::name))
                .containsExactlyInAnyOrderElementsOf(referencedSecrets(manifests));
    }

    @ParameterizedTest
    @EnumSource(names = {"BASE", "MANAGED"})
    void theRequiredSecretsAreThePasswordsOfDatabasesAndTheClientsSecretsAndOneOfTheDataStores(Rendering rendering) {
        var databases = Repository.participants().stream().map(service -> Repository.database(service).orElseThrow());
        assertThat(referencedSecrets(rendering.manifests())).containsExactlyInAnyOrderElementsOf(
                Stream.concat(databases.map(name -> name + "-database"), Stream.of("identity-clients",
                        rendering == Rendering.BASE ? "shard-superuser" : "kafka-client")).toList());
    }

    @ParameterizedTest
    @EnumSource
    void eachServiceHasOnlyThePasswordOfItsOwnDatabase(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            var secrets = service.environment(manifests).values().stream().filter(value -> value.endsWith("/password>"))
                    .map(value -> value.replaceAll("-[a-z0-9]{10}/", "/")).toList();
            assertThat(secrets).as("%s", service).isEqualTo(Repository.database(service.name())
                    .map(name -> List.of("<" + name + "-database/password>")).orElse(List.of()));
        }
    }

    /** A changed ConfigMap has a new name, which replaces the pods that use it. */
    @ParameterizedTest
    @EnumSource
    void everyConfigMapHasAHashInItsNameAndIsUsed(Rendering rendering) {
        var manifests = rendering.manifests();
        var used = new TreeSet<String>();
        for (Workload workload : manifests.workloads()) {
            if (workload.container().getEnvFrom() != null) {
                workload.container().getEnvFrom().forEach(source -> used.add(requireNonNull(
                        requireNonNull(source.getConfigMapRef()).getName())));
            }
            for (V1Volume volume : requireNonNull(workload.pod().getVolumes())) {
                if (volume.getConfigMap() != null) {
                    used.add(requireNonNull(volume.getConfigMap().getName()));
                }
            }
        }
        assertThat(manifests.all(V1ConfigMap.class).stream().map(Manifests::name))
                .containsExactlyInAnyOrderElementsOf(used).allMatch(name -> name.matches(".+-[a-z0-9]{10}"));
    }

    private static List<String> referencedSecrets(Manifests manifests) {
        var names = new TreeSet<String>();
        for (Workload workload : manifests.workloads()) {
            var json = JSON.serialize(workload.pod());
            collect(JsonParser.parseString(json), names);
        }
        return List.copyOf(names);
    }

    private static void collect(JsonElement element, Set<String> names) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(child -> collect(child, names));
        } else if (element.isJsonObject()) {
            element.getAsJsonObject().asMap().forEach((key, child) -> {
                switch (key) {
                    case "secretKeyRef", "secret" -> {
                        var reference = child.getAsJsonObject();
                        names.add((reference.has("secretName") ? reference.get("secretName") : reference.get("name"))
                                .getAsString());
                    }
                    default -> collect(child, names);
                }
            });
        }
    }
}
