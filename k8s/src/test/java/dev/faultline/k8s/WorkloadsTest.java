package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every workload has, in everything that can be applied. */
class WorkloadsTest {
    private static final String ACQUIRER = "acquirer-simulator";
    private static final String NAME = "app.kubernetes.io/name";
    private static final String RESTRICTED = "restricted";

    @ParameterizedTest
    @EnumSource
    void servicesAreDeploymentsAndWhatKeepsDataIsAStatefulSet(Rendering rendering) {
        assertThat(rendering.manifests().deployments()).extracting(Workload::name)
                .containsExactlyInAnyOrderElementsOf(Repository.services());
        Set<String> stateful = switch (rendering) {
            case BASE, LOCAL -> Set.of("consul", "kafka", "shard-1", "shard-2");
            case PRODUCTION -> Set.of("consul", "kafka", "prometheus");
        };
        assertThat(rendering.manifests().statefulSets()).extracting(Workload::name)
                .containsExactlyInAnyOrderElementsOf(stateful);
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsInTheNamespaceThatAdmitsRestrictedPodsOnly(Rendering rendering) {
        var manifests = rendering.manifests();
        V1Namespace namespace = manifests.all(V1Namespace.class).getFirst();
        assertThat(namespace.getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", RESTRICTED);
        assertThat(manifests.objects()).filteredOn(object -> !(object instanceof V1Namespace))
                .allMatch(object -> Manifests.name(namespace).equals(object.getMetadata().getNamespace()));
    }

    @ParameterizedTest
    @EnumSource
    void everyPodMeetsTheRestrictedStandardAndCanNotWriteToItsImage(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var pod = requireNonNull(workload.pod().getSecurityContext(), workload.name());
            assertThat(pod.getRunAsNonRoot()).as("%s runs as non-root", workload).isTrue();
            assertThat(pod.getRunAsUser()).as("%s runs as a user with a number", workload).isPositive();
            assertThat(requireNonNull(pod.getSeccompProfile()).getType()).as("%s", workload)
                    .isEqualTo("RuntimeDefault");
            var container = requireNonNull(workload.container().getSecurityContext(), workload.name());
            assertThat(container.getAllowPrivilegeEscalation()).as("%s may gain privileges", workload).isFalse();
            assertThat(requireNonNull(container.getCapabilities()).getDrop()).as("%s", workload).containsExactly("ALL");
            assertThat(container.getCapabilities().getAdd()).as("%s", workload).isNullOrEmpty();
            assertThat(container.getReadOnlyRootFilesystem()).as("%s can not write to its image", workload).isTrue();
            assertThat(container.getPrivileged()).as("%s", workload).isNull();
            assertThat(Stream.of(workload.pod().getHostNetwork(), workload.pod().getHostPID(),
                    workload.pod().getHostIPC())).as("%s shares nothing with its host", workload).containsOnlyNulls();
            assertThat(requireNonNullElse(workload.pod().getVolumes(),
                    List.<V1Volume>of()))
                    .as("%s", workload).allMatch(volume -> volume.getHostPath() == null);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPodCanWriteTemporaryFiles(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var mount = requireNonNull(workload.container().getVolumeMounts()).stream()
                    .filter(candidate -> candidate.getMountPath().equals("/tmp")).findFirst().orElseThrow();
            assertThat(requireNonNull(workload.pod().getVolumes()).stream()
                    .filter(volume -> volume.getName().equals(mount.getName()))).as("%s", workload).singleElement()
                    .matches(volume -> volume.getEmptyDir() != null && volume.getEmptyDir().getSizeLimit() != null,
                            "is empty at first, and bounded");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWorkloadHasAServiceAccountOfItsOwnAndNoTokenForTheApiServer(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload workload : manifests.workloads()) {
            assertThat(workload.pod().getServiceAccountName()).isEqualTo(workload.name());
            assertThat(workload.pod().getAutomountServiceAccountToken()).as("%s", workload).isFalse();
            V1ServiceAccount account = manifests.named(V1ServiceAccount.class, workload.name());
            assertThat(account.getAutomountServiceAccountToken()).as("%s", workload).isFalse();
        }
        assertThat(manifests.all(V1ServiceAccount.class)).hasSameSizeAs(manifests.workloads());
    }

    /** Those would become properties of Kafka, and of the services. */
    @ParameterizedTest
    @EnumSource
    void noPodIsGivenVariablesThatNobodyWrote(Rendering rendering) {
        assertThat(rendering.manifests().workloads())
                .allMatch(workload -> Boolean.FALSE.equals(workload.pod().getEnableServiceLinks()));
    }

    @ParameterizedTest
    @EnumSource
    void everyContainerAsksForCpuAndMemoryAndIsBoundedInMemory(Rendering rendering) {
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
    void everyContainerIsProbedAtItsStartForReadinessAndForLife(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var container = workload.container();
            assertThat(container.getStartupProbe()).as("start of %s", workload).isNotNull();
            assertThat(container.getReadinessProbe()).as("readiness of %s", workload).isNotNull();
            assertThat(container.getLivenessProbe()).as("liveness of %s", workload).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everySelectorFindsThePodsOfItsOwnWorkloadAndOfNoOther(Rendering rendering) {
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
    @EnumSource
    void everyWorkloadHasABudgetThatLetsOnePodAtATimeBeEvicted(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload workload : manifests.workloads()) {
            var spec = requireNonNull(manifests.named(V1PodDisruptionBudget.class, workload.name()).getSpec());
            assertThat(requireNonNull(spec.getMaxUnavailable()).getIntValue()).as("%s", workload).isEqualTo(1);
            assertThat(Labels.selectedBy(requireNonNull(spec.getSelector()), manifests.workloads()))
                    .containsExactly(workload);
        }
        assertThat(manifests.all(V1PodDisruptionBudget.class)).hasSameSizeAs(manifests.workloads());
    }

    @ParameterizedTest
    @EnumSource
    void podsOfAWorkloadAreSpreadOverNodes(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var constraints = requireNonNull(workload.pod().getTopologySpreadConstraints(), workload.name());
            assertThat(constraints).as("%s", workload)
                    .anyMatch(constraint -> constraint.getTopologyKey().equals("kubernetes.io/hostname"));
            assertThat(constraints).as("%s counts its own pods", workload).allMatch(constraint -> Labels
                    .selects(requireNonNull(constraint.getLabelSelector()), workload.labels()));
            assertThat(constraints).allMatch(constraint -> constraint.getMaxSkew() == 1);
        }
        for (Workload service : rendering.manifests().deployments()) {
            // One selector for all services, which these keys narrow to the service and to the version.
            assertThat(service.pod().getTopologySpreadConstraints()).as("%s", service)
                    .allMatch(constraint -> Set.of(NAME, "pod-template-hash")
                            .equals(new TreeSet<>(requireNonNull(constraint.getMatchLabelKeys()))));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BASE", "PRODUCTION"})
    void everyServiceThatMayHaveSeveralInstancesIsScaledByItsLoad(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            if (service.name().equals(ACQUIRER)) {
                continue;
            }
            var scaler = requireNonNull(manifests.named(V2HorizontalPodAutoscaler.class, service.name()).getSpec());
            assertThat(scaler.getScaleTargetRef().getKind()).isEqualTo("Deployment");
            assertThat(scaler.getScaleTargetRef().getName()).isEqualTo(service.name());
            assertThat(scaler.getMinReplicas()).as("%s survives the loss of one", service).isGreaterThan(1);
            assertThat(scaler.getMaxReplicas()).as("%s", service).isGreaterThan(scaler.getMinReplicas());
            assertThat(service.replicas()).as("%s is not also scaled by each kubectl apply", service).isNull();
        }
        assertThat(manifests.all(V2HorizontalPodAutoscaler.class)).hasSize(manifests.deployments().size() - 1);
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL")
    void onOneNodeNothingIsScaledAndRequestsAreSmall(Rendering rendering) {
        var manifests = rendering.manifests();
        assertThat(manifests.all(V2HorizontalPodAutoscaler.class)).isEmpty();
        assertThat(manifests.workloads()).allMatch(workload -> workload.replicas() == null || workload.replicas() == 1);
        assertThat(requested(manifests, "cpu")).as("cores").isLessThan(1);
        assertThat(requested(manifests, "memory")).as("bytes").isLessThan(2L << 30);
    }

    private static double requested(Manifests manifests, String resource) {
        return manifests.workloads().stream().mapToDouble(workload -> requireNonNull(
                workload.container().getResources().getRequests().get(resource)).getNumber().doubleValue()).sum();
    }

    @ParameterizedTest
    @EnumSource
    void anUpdateTakesNoInstanceAwayBeforeANewOneIsReady(Rendering rendering) {
        for (V1Deployment deployment : rendering.manifests().all(V1Deployment.class)) {
            if (Manifests.name(deployment).equals(ACQUIRER)) {
                continue;
            }
            var update = requireNonNull(requireNonNull(deployment.getSpec()).getStrategy()).getRollingUpdate();
            assertThat(requireNonNull(update).getMaxUnavailable().getIntValue()).isZero();
            assertThat(update.getMaxSurge().getIntValue()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theAcquirersJournalHasOneWriterAndIsKept(Rendering rendering) {
        var manifests = rendering.manifests();
        var deployment = requireNonNull(manifests.named(V1Deployment.class, ACQUIRER).getSpec());
        assertThat(deployment.getReplicas()).isEqualTo(1);
        assertThat(requireNonNull(deployment.getStrategy()).getType()).isEqualTo("Recreate");
        Workload acquirer = manifests.workload(ACQUIRER);
        String journal = acquirer.environment(manifests).get("FAULTLINE_ACQUIRER_JOURNAL");
        var volume = requireNonNull(acquirer.container().getVolumeMounts()).stream()
                .filter(mount -> mount.getMountPath().equals(journal)).findFirst().orElseThrow().getName();
        assertThat(requireNonNull(acquirer.pod().getVolumes())).filteredOn(candidate -> candidate.getName().equals(
                volume))
                .singleElement().matches(claimed -> Manifests.name(
                        manifests.all(V1PersistentVolumeClaim.class).getFirst()).equals(
                                claimed.getPersistentVolumeClaim().getClaimName()), "is a claim");
    }

    @ParameterizedTest
    @EnumSource
    void whatKeepsDataClaimsAVolumeForIt(Rendering rendering) {
        for (V1StatefulSet set : rendering.manifests().all(V1StatefulSet.class)) {
            var claims = requireNonNull(requireNonNull(set.getSpec()).getVolumeClaimTemplates());
            assertThat(claims).as(Manifests.name(set)).hasSize(1);
            assertThat(rendering.manifests().workload(Manifests.name(set)).container().getVolumeMounts())
                    .extracting("name").contains(Manifests.name(claims.getFirst()));
            assertThat(rendering.manifests().named(V1Service.class, requireNonNull(set.getSpec().getServiceName()))
                    .getSpec().getClusterIP()).as("each pod of %s has a name", Manifests.name(set)).isEqualTo("None");
        }
    }

    /** Endpoints are withdrawn while the old instance still serves; only then does the shutdown begin. */
    @ParameterizedTest
    @EnumSource
    void aServiceOutlastsTheLoadBalancersAndThenFinishesItsShutdown(Rendering rendering) {
        var enoughForEveryNode = Duration.ofSeconds(10);
        int phasesThatWait = 3; // web server, consumers, relays
        for (Workload service : rendering.manifests().deployments()) {
            var preStop = Duration.ofSeconds(service.container().getLifecycle().getPreStop().getSleep().getSeconds());
            assertThat(preStop).as("%s", service).isGreaterThanOrEqualTo(enoughForEveryNode);
            Duration shutdown = Repository.shutdownPhase(service.name()).multipliedBy(phasesThatWait);
            assertThat(Duration.ofSeconds(requireNonNull(service.pod().getTerminationGracePeriodSeconds())))
                    .as("%s is not killed in its shutdown", service).isGreaterThan(preStop.plus(shutdown));
            assertThat(Repository.property(service.name(), "server.shutdown")).as("%s", service).contains("graceful");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceHasMinutesToStartAndIsNotKilledForBeingSlow(Rendering rendering) {
        for (Workload service : rendering.manifests().deployments()) {
            var start = requireNonNull(service.container().getStartupProbe());
            assertThat(start.getPeriodSeconds() * start.getFailureThreshold()).as("%s", service).isGreaterThan(180);
            var life = requireNonNull(service.container().getLivenessProbe());
            assertThat(life.getPeriodSeconds() * life.getFailureThreshold()).as("%s", service)
                    .isGreaterThanOrEqualTo(60);
        }
    }

}
