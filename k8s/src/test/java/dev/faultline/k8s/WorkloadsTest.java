package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;

import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The workloads, and what they have in common. */
class WorkloadsTest {
    @ParameterizedTest
    @EnumSource
    void servicesAreDeploymentsAndDataStoresStatefulSets(Rendering rendering) {
        assertThat(rendering.manifests().deployments()).extracting(Workload::name)
                .containsExactlyInAnyOrderElementsOf(Repository.services());
        Set<String> stateful = switch (rendering) {
            case BASE, LOCAL, THREE_NODES -> Set.of("consul", "kafka", "shard-1", "shard-2");
            case PRODUCTION -> Set.of("consul", "kafka", "prometheus");
            case MANAGED -> Set.of("consul");
        };
        assertThat(rendering.manifests().statefulSets()).extracting(Workload::name)
                .containsExactlyInAnyOrderElementsOf(stateful);
    }

    /** Variables for Services would become properties of Kafka and of the services. */
    @ParameterizedTest
    @EnumSource
    void noPodHasVariablesForServices(Rendering rendering) {
        assertThat(rendering.manifests().workloads())
                .allMatch(workload -> Boolean.FALSE.equals(workload.pod().getEnableServiceLinks()));
    }

    @ParameterizedTest
    @EnumSource
    void everyContainerRequestsCpuAndMemoryAndHasAMemoryLimit(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var resources = requireNonNull(workload.container().getResources(), workload.name());
            assertThat(resources.getRequests()).as("%s", workload).containsOnlyKeys("cpu", "memory");
            assertThat(resources.getLimits()).as("%s", workload).containsKey("memory");
            assertThat(requireNonNull(resources.getRequests().get("memory")).getNumber()).as("%s", workload)
                    .isLessThanOrEqualTo(requireNonNull(resources.getLimits().get("memory")).getNumber());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyContainerHasStartupReadinessAndLivenessProbes(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var container = workload.container();
            assertThat(container.getStartupProbe()).as("start of %s", workload).isNotNull();
            assertThat(container.getReadinessProbe()).as("readiness of %s", workload).isNotNull();
            assertThat(container.getLivenessProbe()).as("liveness of %s", workload).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everySelectorMatchesOnlyItsOwnWorkload(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload workload : manifests.workloads()) {
            assertThat(Labels.selectedBy(workload.selector(), manifests.workloads())).containsExactly(workload);
        }
        for (V1Service service : manifests.all(V1Service.class)) {
            var spec = requireNonNull(service.getSpec());
            var selected = manifests.workloads().stream()
                    .filter(workload -> Labels.have(workload.labels(), requireNonNull(spec.getSelector()))).toList();
            assertThat(selected).as("pods of the Service %s", Manifests.name(service)).hasSize(1);
            assertThat(requireNonNull(spec.getPorts())).allMatch(port -> selected.getFirst().ports()
                    .containsKey(requireNonNull(port.getTargetPort()).getStrValue()), "leads to a port of the pod");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL")
    void theLocalOverlayFitsOnOneNode(Rendering rendering) {
        var manifests = rendering.manifests();
        assertThat(manifests.all(V2HorizontalPodAutoscaler.class)).isEmpty();
        assertThat(manifests.workloads()).allMatch(workload -> workload.replicas() == null || workload.replicas() == 1);
        assertThat(requested(manifests, "cpu")).as("cores").isLessThan(1);
        assertThat(requested(manifests, "memory")).as("bytes").isLessThan(2L << 30);
    }

    /** Of two cores each, as on the smallest machines. */
    @ParameterizedTest
    @EnumSource(names = "THREE_NODES")
    void theOverlayForThreeNodesFitsOnThreeSmallOnes(Rendering rendering) {
        assertThat(requested(rendering.manifests(), "cpu")).as("cores").isLessThan(4);
        assertThat(requested(rendering.manifests(), "memory")).as("bytes").isLessThan(4L << 30);
    }

    private static int instances(Manifests manifests, Workload workload) {
        Integer replicas = workload.replicas();
        return replicas != null ? replicas : manifests.all(V2HorizontalPodAutoscaler.class).stream()
                .filter(scaler -> Manifests.name(scaler).equals(workload.name()))
                .mapToInt(scaler -> requireNonNull(scaler.getSpec()).getMinReplicas()).findFirst().orElse(1);
    }

    private static double requested(Manifests manifests, String resource) {
        return manifests.workloads().stream().mapToDouble(workload -> requireNonNull(
                workload.container().getResources().getRequests().get(resource)).getNumber().doubleValue() * instances(
                        manifests, workload)).sum();
    }

    @ParameterizedTest
    @EnumSource
    void theAcquirersJournalAndTheSigningKeysHaveOneWriterAndArePersistent(Rendering rendering) {
        var manifests = rendering.manifests();
        Map.of("acquirer-simulator", "FAULTLINE_ACQUIRER_JOURNAL", "identity-service", "FAULTLINE_IDENTITY_DATA")
                .forEach((service, directory) -> {
                    var deployment = requireNonNull(manifests.named(V1Deployment.class, service).getSpec());
                    assertThat(deployment.getReplicas()).isEqualTo(1);
                    assertThat(requireNonNull(deployment.getStrategy()).getType()).isEqualTo("Recreate");
                    Workload single = manifests.workload(service);
                    String data = single.environment(manifests).get(directory);
                    var volume = requireNonNull(single.container().getVolumeMounts()).stream()
                            .filter(mount -> mount.getMountPath().equals(data)).findFirst().orElseThrow().getName();
                    assertThat(requireNonNull(single.pod().getVolumes())).filteredOn(candidate -> candidate.getName()
                            .equals(volume)).singleElement().matches(claimed -> manifests.all(
                                    V1PersistentVolumeClaim.class).stream().map(Manifests::name).anyMatch(
                                            claimed.getPersistentVolumeClaim().getClaimName()::equals), "is a claim");
                });
    }

    @ParameterizedTest
    @EnumSource
    void dataStoresClaimAVolume(Rendering rendering) {
        for (V1StatefulSet set : rendering.manifests().all(V1StatefulSet.class)) {
            var claims = requireNonNull(requireNonNull(set.getSpec()).getVolumeClaimTemplates());
            assertThat(claims).as(Manifests.name(set)).hasSize(1);
            assertThat(rendering.manifests().workload(Manifests.name(set)).container().getVolumeMounts())
                    .extracting("name").contains(Manifests.name(claims.getFirst()));
            assertThat(rendering.manifests().named(V1Service.class, requireNonNull(set.getSpec().getServiceName()))
                    .getSpec().getClusterIP()).as("each pod of %s has a name", Manifests.name(set)).isEqualTo("None");
        }
    }
}
