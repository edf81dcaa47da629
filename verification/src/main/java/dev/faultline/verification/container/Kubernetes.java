package dev.faultline.verification.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The pods of {@code k8s/} in one namespace, named as in {@code chaos/targets/k8s.sh}: a pod of a StatefulSet has its own
 * name, and the second oldest pod of payment-service is payment-service-2, so that the autoscaler renames none when it adds
 * one. Their ports are forwarded to this machine by
 * kubectl, each at the first use.
 */
final class Kubernetes implements Platform {
    private static final int GATEWAY_PORT = 8_080;
    private static final int CONSUL_PORT = 8_500;
    private static final int KAFKA_PORT = 9_092;
    /** Each broker has its port at another address: 127.0.73.1 and so on. */
    private static final byte[] BROKERS = {127, 0, 73, 0};

    private final String namespace = Optional.ofNullable(System.getenv("NAMESPACE")).orElse("faultline");
    private final Map<String, PortForward> forwards = new HashMap<>();

    /** @param pods what {@code kubectl get pods --output json} printed */
    static List<Target.Node> parse(String pods) {
        var numbers = new TreeMap<String, Integer>();
        return JsonMapper.shared().readTree(pods).path("items").valueStream()
                .filter(pod -> !pod.path("metadata").has("deletionTimestamp"))
                .sorted(Comparator.comparing(Kubernetes::created).thenComparing(Kubernetes::name))
                .map(pod -> node(pod, numbers)).sorted(Comparator.comparing(Target.Node::name)).toList();
    }

    /** In ISO 8601 and UTC, so that the order of the texts is that of the times. */
    private static String created(JsonNode pod) {
        return pod.at("/metadata/creationTimestamp").asString("");
    }

    private static String name(JsonNode pod) {
        return pod.at("/metadata/name").asString("");
    }

    private static Target.Node node(JsonNode pod, Map<String, Integer> numbers) {
        String name = name(pod);
        if (pod.at("/metadata/ownerReferences/0/kind").asString("").equals("ReplicaSet")) {
            String service = pod.at("/metadata/labels").path("app.kubernetes.io/name").asString("");
            name = service + "-" + numbers.merge(service, 1, Integer::sum);
        }
        boolean ready = pod.at("/status/conditions").valueStream().anyMatch(condition -> condition.path("type")
                .asString("").equals("Ready") && condition.path("status").asString("").equals("True"));
        JsonNode container = pod.at("/status/containerStatuses/0");
        String process = container.at("/state/running").isObject() ? container.path("containerID").asString("") : "";
        return new Target.Node(name, name(pod), ready, process);
    }

    @Override
    public void requireRunning() {
        List<Target.Node> nodes = nodes();
        if (nodes.isEmpty()) {
            throw new FaultlineException("There are no pods in the namespace " + namespace
                    + ". Start them with: kubectl apply -k k8s/overlays/local. See docs/kubernetes.md.");
        }
        List<String> missing = nodes.stream().filter(node -> !node.ready()).map(Target.Node::name).toList();
        if (!missing.isEmpty()) {
            throw new FaultlineException("Not ready: " + String.join(", ", missing) + ". See kubectl --namespace "
                    + namespace + " get pods.");
        }
        List<String> names = nodes.stream().map(Target.Node::name).toList();
        if (!names.containsAll(List.of("kafka-0", "consul-0", "shard-1-0"))) {
            throw new FaultlineException(
                    "Of kafka-0, consul-0 and shard-1-0 not all are among the pods of the namespace "
                            + namespace + ", which are " + String.join(", ", names)
                            + ". The proof knows the shards and brokers"
                            + " of k8s/base, not CloudNativePG's, nor those outside the cluster.");
        }
        if (kubectl("get pods --namespace faultline-chaos --field-selector status.phase=Running --output name")
                .isBlank()) {
            throw new FaultlineException(
                    "No agent is there that kills and pauses. It may do anything on its machine, so"
                            + " install it only on a cluster that is there to be broken: kubectl apply --filename"
                            + " chaos/targets/k8s-agent.yaml");
        }
    }

    /** The kubelet waits for 10 s, 20 s, 40 s and so on before it restarts a container that was killed again. */
    @Override
    public Duration clientPatience() {
        return Duration.ofMinutes(2);
    }

    @Override
    public List<Target.Node> nodes() {
        return parse(kubectl("get pods --namespace " + namespace + " --output json"));
    }

    private static String kubectl(String arguments) {
        var command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments.split(" ")));
        try {
            return Command.run(command);
        } catch (FaultlineException e) {
            throw new FaultlineException("The cluster does not answer: " + String.valueOf(e.getMessage()).lines()
                    .reduce(
                            "", (_, last) -> last) + " (KUBECONFIG names the file that says where it is.)", e);
        }
    }

    private String pod(String node) {
        return nodes().stream().filter(one -> one.name().equals(node)).map(Target.Node::instance).findFirst()
                .orElseThrow(() -> new FaultlineException("There is no pod for " + node + " in the namespace "
                        + namespace + "."));
    }

    @Override
    public InetSocketAddress address(String node, int port) {
        return forward(node, port, InetAddress.getLoopbackAddress(), 0);
    }

    /** @param localPort 0 for any that is free */
    private synchronized InetSocketAddress forward(String node, int port, InetAddress address, int localPort) {
        return forwards.computeIfAbsent(node + ":" + port, _ -> {
            pod(node); // A wrong name is an error, not a reason to try again.
            var local = new InetSocketAddress(address, localPort == 0 ? freePort() : localPort);
            return PortForward.begin(List.of("kubectl", "--namespace", namespace), () -> pod(node), local, port);
        }).local();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InetSocketAddress gateway() {
        return address("gateway-service-1", GATEWAY_PORT);
    }

    @Override
    public InetSocketAddress consul() {
        return address("consul-0", CONSUL_PORT);
    }

    @Override
    public boolean copyOperatorFiles(Path directory) {
        return false;
    }

    @Override
    public Map<String, InetSocketAddress> brokers() {
        return nodes().stream().map(Target.Node::name).filter(node -> node.matches("kafka-\\d+")).collect(Collectors
                .toMap(node -> node + ".kafka", node -> forward(node, KAFKA_PORT, brokerAddress(node), KAFKA_PORT)));
    }

    private static InetAddress brokerAddress(String node) {
        byte[] address = BROKERS.clone();
        address[3] = (byte) (Integer.parseInt(node.substring("kafka-".length())) + 1);
        try {
            return InetAddress.getByAddress(address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> printPassword() {
        return List.of("printenv", "FAULTLINE_DATABASE_PASSWORD");
    }

    @Override
    public synchronized void close() {
        forwards.values().forEach(PortForward::close);
        forwards.clear();
    }
}
