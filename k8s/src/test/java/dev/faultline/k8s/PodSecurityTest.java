package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1Volume;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The privileges of pods. */
class PodSecurityTest {
    private static final String RESTRICTED = "restricted";

    @ParameterizedTest
    @EnumSource
    void everythingIsInANamespaceThatEnforcesTheRestrictedStandard(Rendering rendering) {
        var manifests = rendering.manifests();
        V1Namespace namespace = manifests.all(V1Namespace.class).getFirst();
        assertThat(namespace.getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", RESTRICTED);
        assertThat(manifests.objects()).filteredOn(object -> !(object instanceof V1Namespace))
                .allMatch(object -> Manifests.name(namespace).equals(object.getMetadata().getNamespace()));
    }

    @ParameterizedTest
    @EnumSource
    void everyPodMeetsTheRestrictedStandardAndHasAReadOnlyImage(Rendering rendering) {
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
            assertThat(container.getReadOnlyRootFilesystem()).as("%s cannot write to its image", workload).isTrue();
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
    void everyWorkloadHasItsOwnServiceAccountWithoutAToken(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload workload : manifests.workloads()) {
            assertThat(workload.pod().getServiceAccountName()).isEqualTo(workload.name());
            assertThat(workload.pod().getAutomountServiceAccountToken()).as("%s", workload).isFalse();
            V1ServiceAccount account = manifests.named(V1ServiceAccount.class, workload.name());
            assertThat(account.getAutomountServiceAccountToken()).as("%s", workload).isFalse();
        }
        assertThat(manifests.all(V1ServiceAccount.class)).hasSameSizeAs(manifests.workloads());
    }
}
