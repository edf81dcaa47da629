package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1Service;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images, ports, variables and probes match the services. */
class ServicesTest {
    private static final long IMAGES_USER = 10001;
    private static final Pattern REFERENCE = Pattern.compile("\\$\\(([^)]+)\\)");
    private static final Pattern ADDRESS = Pattern.compile("(?:[a-z0-9-]+\\.)?(?<service>[a-z0-9-]+):(?<port>\\d+)");
    /** Indicators that check only the process and its own disk. */
    private static final Set<String> OWN_INDICATORS = Set.of("readinessState", "livenessState", "journal");

    @ParameterizedTest
    @EnumSource
    void theImageHasTheNameOfTheModuleAndTheVersionOfTheBuild(Rendering rendering) {
        for (Workload service : rendering.manifests().deployments()) {
            assertThat(service.container().getImage())
                    .isEqualTo("faultline/" + service.name() + ":" + Repository.version());
        }
    }

    /** The image's user owns the writable directories. */
    @ParameterizedTest
    @EnumSource
    void aServiceRunsAsTheUserOfItsImage(Rendering rendering) {
        for (Workload service : rendering.manifests().deployments()) {
            var security = requireNonNull(service.pod().getSecurityContext());
            assertThat(security.getRunAsUser()).as("%s", service).isEqualTo(IMAGES_USER);
            assertThat(security.getFsGroup()).as("group of the volumes of %s", service).isEqualTo(IMAGES_USER);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyImageHasAVersion(Rendering rendering) {
        assertThat(rendering.manifests().workloads()).extracting(workload -> workload.container().getImage())
                .allMatch(image -> requireNonNull(image).matches("[a-z0-9/-]+:v?[0-9][0-9.]*"));
    }

    @ParameterizedTest
    @EnumSource
    void theContainersPortsAreThoseOfTheService(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            var environment = service.environment(manifests);
            assertThat(service.ports()).containsExactlyInAnyOrderEntriesOf(Map.of(
                    "http", Integer.valueOf(requireNonNull(environment.get("SERVER_PORT"))),
                    "management", Integer.valueOf(requireNonNull(environment.get("MANAGEMENT_SERVER_PORT")))));
            assertThat(environment).containsEntry("SERVER_ADDRESS", "0.0.0.0")
                    .containsEntry("MANAGEMENT_SERVER_ADDRESS", "0.0.0.0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyVariableIsAPropertyOfItsService(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            var variables = new TreeSet<>(service.environment(manifests).keySet());
            variables.removeAll(Variables.OF_KAFKAS_CLIENTS);
            assertThat(variables).as("%s", service).isSubsetOf(Variables.of(service.name()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyServiceHasTheVariablesOfTheLocalCluster(Rendering rendering) {
        var manifests = rendering.manifests();
        var known = Repository.variablesOfLocalCluster();
        assertThat(known).contains("FAULTLINE_INSTANCE", "FAULTLINE_SHARDS", "FAULTLINE_ACQUIRER_URL");
        for (Workload service : manifests.deployments()) {
            var wanted = new ArrayList<>(known);
            // Set by the image.
            wanted.remove("MALLOC_ARENA_MAX");
            // Empty unless a local cluster is secured.
            wanted.remove("FAULTLINE_DATABASE_PARAMETERS");
            // A Service has the gateways share an address.
            wanted.remove("FAULTLINE_WEB_SHAREDPORT");
            if (!Repository.participants().contains(service.name())) {
                wanted.removeAll(List.of("FAULTLINE_SHARDS", "FAULTLINE_DATABASE_PASSWORD",
                        "SPRING_KAFKA_BOOTSTRAP_SERVERS"));
            }
            if (!service.name().equals("identity-service")) {
                wanted.removeAll(List.of("FAULTLINE_IDENTITY_DATA", "FAULTLINE_IDENTITY_CLIENTFILES"));
            }
            if (!service.name().equals("payment-service")) {
                wanted.removeAll(List.of("FAULTLINE_ACQUIRER_URL", "FAULTLINE_ACQUIRER_CLIENTSECRET"));
            }
            if (!service.name().equals("acquirer-simulator")) {
                wanted.remove("FAULTLINE_ACQUIRER_JOURNAL");
            }
            assertThat(service.environment(manifests)).as("%s", service).containsKeys(wanted.toArray(String[]::new));
        }
    }

    /** The address must be reachable for Consul's health checks and the gateway. */
    @ParameterizedTest
    @EnumSource
    void aServiceRegistersWithItsPodsNameAndAddress(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            assertThat(Repository.property(service.name(), "spring.cloud.consul.discovery.prefer-ip-address"))
                    .contains("true");
            assertThat(Repository.property(service.name(), "spring.cloud.consul.discovery.instance-id"))
                    .contains("${faultline.instance}");
            var readiness = requireNonNull(service.container().getReadinessProbe().getHttpGet());
            assertThat(service.environment(manifests)).as("%s", service)
                    .containsEntry("FAULTLINE_INSTANCE", "<metadata.name>")
                    .containsEntry("SPRING_CLOUD_CONSUL_DISCOVERY_IPADDRESS", "<status.podIP>")
                    .containsEntry("SPRING_CLOUD_CONSUL_DISCOVERY_HEALTHCHECKURL",
                            "http://$(SPRING_CLOUD_CONSUL_DISCOVERY_IPADDRESS):"
                                    + service.ports().get("management") + readiness.getPath());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aVariableRefersOnlyToEarlierOnes(Rendering rendering) {
        for (Workload workload : rendering.manifests().workloads()) {
            var before = new ArrayList<String>();
            for (V1EnvVar variable : workload.variables()) {
                if (variable.getValue() != null) {
                    assertThat(REFERENCE.matcher(variable.getValue()).results().map(reference -> reference.group(1)))
                            .as("%s of %s", variable.getName(), workload).isSubsetOf(before);
                }
                before.add(variable.getName());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void probesCheckTheServicesOwnStateOnTheManagementPort(Rendering rendering) {
        for (Workload service : rendering.manifests().deployments()) {
            var container = service.container();
            assertAsks(service, requireNonNull(container.getStartupProbe()), "liveness");
            assertAsks(service, requireNonNull(container.getLivenessProbe()), "liveness");
            assertAsks(service, requireNonNull(container.getReadinessProbe()), "readiness");
        }
    }

    private static void assertAsks(Workload service, V1Probe probe, String group) {
        var request = requireNonNull(probe.getHttpGet());
        assertThat(request.getPath()).as("%s", service).isEqualTo("/actuator/health/" + group);
        assertThat(request.getPort().getStrValue()).as("%s", service).isEqualTo("management");
        assertThat(Repository.property(service.name(), "management.endpoint.health.probes.enabled")).contains("true");
        assertThat(Repository.property(service.name(), "management.endpoint.health.group." + group + ".include")
                .orElseThrow().split(",")).as("what the %s of %s asks", group, service).isSubsetOf(OWN_INDICATORS);
    }

    /** Every configured host is a Service, and the port one of its ports. */
    @ParameterizedTest
    @EnumSource(names = {"BASE", "LOCAL", "THREE_NODES"})
    void everyAddressIsAService(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Workload service : manifests.deployments()) {
            var environment = service.environment(manifests);
            assertThat(servicePorts(manifests, requireNonNull(environment.get("SPRING_CLOUD_CONSUL_HOST"))))
                    .contains(Integer.valueOf(requireNonNull(environment.get("SPRING_CLOUD_CONSUL_PORT"))));
            for (String name : List.of("FAULTLINE_SHARDS", "FAULTLINE_ACQUIRER_URL", "FAULTLINE_SECURITY_ISSUER",
                    "SPRING_KAFKA_BOOTSTRAP_SERVERS")) {
                ADDRESS.matcher(environment.getOrDefault(name, "")).results().forEach(address -> assertThat(
                        servicePorts(manifests, address.group("service"))).as("%s", address.group())
                        .contains(Integer.valueOf(address.group("port"))));
            }
        }
    }

    private static List<Integer> servicePorts(Manifests manifests, String service) {
        return requireNonNull(requireNonNull(manifests.named(V1Service.class, service).getSpec()).getPorts()).stream()
                .map(port -> requireNonNull(port.getPort())).toList();
    }
}
