package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyEgressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyIngressRule;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPeer;
import io.kubernetes.client.openapi.models.V1NetworkPolicyPort;
import io.kubernetes.client.openapi.models.V1NetworkPolicySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The connections that the policies together allow. */
class NetworkPoliciesTest {
    static final String ANYONE = "anyone";
    private static final String NAMES = "kube-system";
    private static final List<String> PARTICIPANTS = Repository.participants();
    private static final List<String> SERVICES = Repository.services();
    private static final List<String> SHARDS = List.of("shard-1", "shard-2");

    /** @param port with its protocol, for example {@code 8080/TCP} */
    record Connection(String from, String to, String port) {}

    /** @param ports the ports of its containers */
    private record Pod(String name, Map<String, String> labels, Set<String> ports) {}

    @ParameterizedTest
    @EnumSource
    void deniesByDefault(Rendering rendering) {
        var spec = spec(rendering.manifests().named(V1NetworkPolicy.class, "default-deny"));
        assertThat(Labels.selects(requireNonNull(spec.getPodSelector()), Map.of())).as("selects every pod").isTrue();
        assertThat(spec.getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(spec.getIngress()).isNullOrEmpty();
        assertThat(spec.getEgress()).isNullOrEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void allowsExactlyTheConnectionsOfTheArchitecture(Rendering rendering) {
        var expected = platform();
        if (rendering == Rendering.PRODUCTION) {
            expected.addAll(monitoring());
            expected.addAll(standbys());
        } else if (rendering == Rendering.MANAGED) {
            expected.removeIf(connection -> Stream.of(connection.from, connection.to)
                    .anyMatch(pod -> pod.equals("kafka") || SHARDS.contains(pod)));
            expected.addAll(connections(PARTICIPANTS, List.of(ANYONE), "9092/TCP", "5432/TCP"));
        }
        var connections = egress(rendering.manifests());
        connections.addAll(ingress(rendering.manifests()));
        assertThat(connections).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @EnumSource
    void everyConnectionBetweenPodsIsAllowedAtBothEnds(Rendering rendering) {
        var manifests = rendering.manifests();
        assertThat(betweenPods(manifests, egress(manifests))).isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(betweenPods(manifests, ingress(manifests)));
    }

    @ParameterizedTest
    @EnumSource
    void everyConnectionEndsAtAContainerPort(Rendering rendering) {
        var manifests = rendering.manifests();
        for (Pod pod : pods(manifests)) {
            assertThat(ingress(manifests)).filteredOn(connection -> connection.to.equals(pod.name)).extracting(
                    Connection::port)
                    .isSubsetOf(pod.ports);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPolicyHasTheTypesOfItsRules(Rendering rendering) {
        for (V1NetworkPolicy policy : rendering.manifests().all(V1NetworkPolicy.class)) {
            var spec = spec(policy);
            assertThat(spec.getPolicyTypes()).as(Manifests.name(policy)).isNotEmpty();
            if (!ingressRules(spec).isEmpty()) {
                assertThat(spec.getPolicyTypes()).as(Manifests.name(policy)).contains("Ingress");
            }
            if (!egressRules(spec).isEmpty()) {
                assertThat(spec.getPolicyTypes()).as(Manifests.name(policy)).contains("Egress");
            }
        }
    }

    /** Those of {@code docs/kubernetes.md}, without its components. */
    static Set<Connection> platform() {
        var kafka = List.of("kafka");
        var consul = List.of("consul");
        var connections = new HashSet<Connection>();
        connections.addAll(connections(List.of(ANYONE), List.of("gateway-service"), "8080/TCP"));
        connections.addAll(connections(List.of("gateway-service"), PARTICIPANTS, "8080/TCP"));
        connections.addAll(connections(PARTICIPANTS, kafka, "9092/TCP"));
        connections.addAll(connections(PARTICIPANTS, SHARDS, "5432/TCP"));
        connections.addAll(connections(List.of("payment-service"), List.of("acquirer-simulator"), "8080/TCP"));
        // Its keys and tokens.
        connections.addAll(connections(SERVICES, List.of("identity-service"), "8080/TCP"));
        connections.addAll(connections(SERVICES, consul, "8500/TCP"));
        // Consul's health checks.
        connections.addAll(connections(consul, SERVICES, "8081/TCP"));
        connections.addAll(connections(kafka, kafka, "9092/TCP", "9093/TCP"));
        connections.addAll(connections(consul, consul, "8300/TCP", "8301/TCP", "8301/UDP"));
        for (List<String> pods : List.of(SERVICES, kafka, consul, SHARDS)) {
            connections.addAll(connections(pods, List.of(NAMES), "53/TCP", "53/UDP"));
        }
        return connections;
    }

    private static Set<Connection> monitoring() {
        var prometheus = List.of("prometheus");
        var connections = connections(prometheus, SERVICES, "8081/TCP");
        connections.addAll(connections(prometheus, List.of(NAMES), "53/TCP", "53/UDP"));
        return connections;
    }

    /** As CloudNativePG's documentation requires: each other, the operator, and the API server. */
    private static Set<Connection> standbys() {
        var connections = connections(SHARDS, SHARDS, "5432/TCP", "8000/TCP");
        connections.addAll(connections(List.of("cnpg-system"), SHARDS, "5432/TCP", "8000/TCP"));
        connections.addAll(connections(SHARDS, List.of(ANYONE), "443/TCP", "6443/TCP"));
        return connections;
    }

    private static Set<Connection> connections(List<String> from, List<String> to, String... ports) {
        var connections = new HashSet<Connection>();
        for (String source : from) {
            for (String target : to) {
                for (String port : ports) {
                    connections.add(new Connection(source, target, port));
                }
            }
        }
        return connections;
    }

    private static Set<Connection> betweenPods(Manifests manifests, Set<Connection> connections) {
        var names = pods(manifests).stream().map(Pod::name).toList();
        return connections.stream().filter(connection -> names.contains(connection.from) && names.contains(
                connection.to)).collect(toSet());
    }

    /** The connections that the egress rules allow. */
    private static Set<Connection> egress(Manifests manifests) {
        var connections = new HashSet<Connection>();
        for (V1NetworkPolicy policy : manifests.all(V1NetworkPolicy.class)) {
            for (var rule : egressRules(spec(policy))) {
                connections.addAll(connections(governed(manifests, policy), peers(manifests, rule.getTo()), ports(rule
                        .getPorts())));
            }
        }
        return connections;
    }

    /** The connections that the ingress rules allow. */
    private static Set<Connection> ingress(Manifests manifests) {
        var connections = new HashSet<Connection>();
        for (V1NetworkPolicy policy : manifests.all(V1NetworkPolicy.class)) {
            for (var rule : ingressRules(spec(policy))) {
                connections.addAll(connections(peers(manifests, rule.getFrom()), governed(manifests, policy), ports(rule
                        .getPorts())));
            }
        }
        return connections;
    }

    private static List<V1NetworkPolicyEgressRule> egressRules(V1NetworkPolicySpec spec) {
        return requireNonNullElse(spec.getEgress(), List.of());
    }

    private static List<V1NetworkPolicyIngressRule> ingressRules(V1NetworkPolicySpec spec) {
        return requireNonNullElse(spec.getIngress(), List.of());
    }

    private static List<String> governed(Manifests manifests, V1NetworkPolicy policy) {
        return selected(manifests, requireNonNull(spec(policy).getPodSelector()));
    }

    /** Numbers, because not every network plugin supports named ports. */
    private static String[] ports(@Nullable List<V1NetworkPolicyPort> ports) {
        assertThat(ports).as("a rule without ports allows all of them").isNotEmpty();
        return requireNonNull(ports).stream().map(port -> requireNonNull(port.getPort()).getIntValue() + "/"
                + requireNonNullElse(port.getProtocol(), "TCP")).toArray(String[]::new);
    }

    private static List<String> peers(Manifests manifests, @Nullable List<V1NetworkPolicyPeer> peers) {
        if (peers == null || peers.isEmpty()) {
            return List.of(ANYONE);
        }
        var names = new ArrayList<String>();
        for (V1NetworkPolicyPeer peer : peers) {
            assertThat(peer.getIpBlock()).as("not by address").isNull();
            var selector = requireNonNull(peer.getPodSelector());
            if (peer.getNamespaceSelector() == null) {
                names.addAll(selected(manifests, selector));
            } else {
                assertThat(selector.getMatchLabels()).as("not the whole namespace").isNotEmpty();
                names.add(requireNonNull(requireNonNull(peer.getNamespaceSelector().getMatchLabels())
                        .get("kubernetes.io/metadata.name")));
            }
        }
        return names;
    }

    private static List<String> selected(Manifests manifests, V1LabelSelector selector) {
        var selected = pods(manifests).stream().filter(pod -> Labels.selects(selector, pod.labels)).map(Pod::name)
                .toList();
        assertThat(selected).as("selected by %s", selector).isNotEmpty();
        return selected;
    }

    /** The pods of the manifests, and those that CloudNativePG creates for its clusters. */
    private static List<Pod> pods(Manifests manifests) {
        return Stream.concat(manifests.workloads().stream().map(NetworkPoliciesTest::pod),
                manifests.ofCloudNativePg("Cluster").stream().map(NetworkPoliciesTest::pod)).toList();
    }

    private static Pod pod(Workload workload) {
        var ports = new TreeSet<String>();
        requireNonNull(workload.container().getPorts()).forEach(port -> ports.add(port.getContainerPort() + "/"
                + requireNonNullElse(port.getProtocol(), "TCP")));
        return new Pod(workload.name(), workload.labels(), ports);
    }

    private static Pod pod(JsonObject cluster) {
        String name = cluster.getAsJsonObject("metadata").get("name").getAsString();
        var labels = new HashMap<String, String>();
        cluster.getAsJsonObject("spec").getAsJsonObject("inheritedMetadata").getAsJsonObject("labels").asMap()
                .forEach((key, value) -> labels.put(key, value.getAsString()));
        labels.put("cnpg.io/cluster", name);
        return new Pod(name, labels, Set.of("5432/TCP", "8000/TCP"));
    }

    private static V1NetworkPolicySpec spec(V1NetworkPolicy policy) {
        return requireNonNull(policy.getSpec());
    }
}
