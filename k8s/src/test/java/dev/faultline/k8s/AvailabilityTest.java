package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The platform stays available while instances are started, updated, evicted, or lost with their node. */
class AvailabilityTest {
    /** They write files of their own. */
    private static final List<String> SINGLE = List.of("acquirer-simulator", "identity-service");
    private static final String NAME = "app.kubernetes.io/name";

    @ParameterizedTest
    @EnumSource
    void everyWorkloadHasADisruptionBudgetOfOnePod(Rendering rendering) {
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
    void podsOfAWorkloadAreSpreadAcrossNodes(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var constraints = requireNonNull(workload.pod().getTopologySpreadConstraints(), workload.name());
            assertThat(constraints).as("%s", workload)
                    .anyMatch(constraint -> constraint.getTopologyKey().equals("kubernetes.io/hostname"));
            assertThat(constraints).as("%s counts its own pods", workload).allMatch(constraint -> Labels
                    .selects(requireNonNull(constraint.getLabelSelector()), workload.labels()));
            assertThat(constraints).allMatch(constraint -> constraint.getMaxSkew() == 1);
        }
        for (Workload service : rendering.manifests().deployments()) {
            // All services share a selector, which these keys restrict to the service and its version.
            assertThat(service.pod().getTopologySpreadConstraints()).as("%s", service)
                    .allMatch(constraint -> Set.of(NAME, "pod-template-hash")
                            .equals(new TreeSet<>(requireNonNull(constraint.getMatchLabelKeys()))));
            assertThat(service.pod().getTopologySpreadConstraints()).as("%s goes on when a node is drained", service)
                    .filteredOn(constraint -> constraint.getWhenUnsatisfiable().equals("DoNotSchedule")).isNotEmpty()
                    .allMatch(constraint -> "Honor".equals(constraint.getNodeTaintsPolicy()));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "LOCAL")
    void everyScalableServiceHasAnAutoscaler(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            if (SINGLE.contains(service.name())) {
                continue;
            }
            var scaler = requireNonNull(manifests.named(V2HorizontalPodAutoscaler.class, service.name()).getSpec());
            assertThat(scaler.getScaleTargetRef().getKind()).isEqualTo("Deployment");
            assertThat(scaler.getScaleTargetRef().getName()).isEqualTo(service.name());
            assertThat(scaler.getMinReplicas()).as("%s survives the loss of one", service).isGreaterThan(1);
            assertThat(scaler.getMaxReplicas()).as("%s", service).isGreaterThan(scaler.getMinReplicas());
            assertThat(service.replicas()).as("%s is not also scaled by each kubectl apply", service).isNull();
        }
        assertThat(manifests.all(V2HorizontalPodAutoscaler.class)).hasSize(manifests.deployments().size() - SINGLE
                .size());
    }

    @ParameterizedTest
    @EnumSource
    void anUpdateStopsNoInstanceBeforeANewOneIsReady(Rendering rendering) {
        for (V1Deployment deployment : rendering.manifests().all(V1Deployment.class)) {
            if (SINGLE.contains(Manifests.name(deployment))) {
                continue;
            }
            var update = requireNonNull(requireNonNull(deployment.getSpec()).getStrategy()).getRollingUpdate();
            assertThat(requireNonNull(update).getMaxUnavailable().getIntValue()).isZero();
            assertThat(update.getMaxSurge().getIntValue()).isEqualTo(1);
        }
    }

    /** The shutdown begins only after the instance was removed from all endpoints. */
    @ParameterizedTest
    @EnumSource
    void aServiceShutsDownAfterItsDeregistrationAndIsNotKilledDuringIt(Rendering rendering) {
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
    void aServiceHasMinutesToStartAndIsNotKilledIfItIsSlow(Rendering rendering) {
        for (Workload service : rendering.manifests().deployments()) {
            var start = requireNonNull(service.container().getStartupProbe());
            assertThat(start.getPeriodSeconds() * start.getFailureThreshold()).as("%s", service).isGreaterThan(180);
            var life = requireNonNull(service.container().getLivenessProbe());
            assertThat(life.getPeriodSeconds() * life.getFailureThreshold()).as("%s", service)
                    .isGreaterThanOrEqualTo(60);
        }
    }
}
