package dev.faultline.verification.container;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The containers of {@code docker-compose.yml}, at their addresses on Docker's networks: Docker Engine on Linux lets its own
 * machine reach them, also in networks that lead nowhere else.
 */
final class Compose implements Platform {
    private static final int TIMEOUT_MS = 3_000;
    private static final String LOAD_BALANCER = "load-balancer";
    private static final int GATEWAY_PORT = 8_080;
    private static final int CONSUL_PORT = 8_501;
    private static final String OPERATORS_CONTAINER = "secrets";
    private static final int KAFKA_PORT = 9_092;

    private final String project = Optional.ofNullable(System.getenv("COMPOSE_PROJECT_NAME")).orElse("faultline");
    /** By node: a container that is down has none, but will probably have the same one again. */
    private final Map<String, String> lastAddresses = new ConcurrentHashMap<>();

    /**
     * @param address   the first of its addresses; empty while it does not run
     * @param published where this machine has its ports, by the container's port
     */
    record Container(Target.Node node, String address, Map<Integer, InetSocketAddress> published) {}

    /** @param inspected what {@code docker inspect} printed of the project's containers */
    static List<Container> parse(String inspected) {
        return JsonMapper.shared().readTree(inspected).valueStream()
                // Those that prepare the others end when they are done.
                .filter(container -> !container.at("/HostConfig/RestartPolicy/Name").asString("").equals("no"))
                .map(Compose::container).sorted(Comparator.comparing(container -> container.node.name())).toList();
    }

    private static Container container(JsonNode json) {
        String name = json.at("/Config/Labels/com.docker.compose.service").asString("");
        boolean ready = json.at("/State/Status").asString("").equals("running")
                && json.at("/State/Health/Status").asString("").equals("healthy");
        String process = json.at("/State/Running").asBoolean(false) ? json.at("/State/StartedAt").asString("") : "";
        String address = json.at("/NetworkSettings/Networks").valueStream().map(network -> network.path("IPAddress")
                .asString("")).filter(one -> !one.isEmpty()).findFirst().orElse("");
        Map<Integer, InetSocketAddress> published = json.at("/NetworkSettings/Ports").propertyStream()
                .filter(port -> port.getValue().has(0)).collect(Collectors.toMap(
                        port -> Integer.parseInt(port.getKey().replaceFirst("/.*", "")),
                        port -> new InetSocketAddress(port.getValue().at("/0/HostIp").asString(""), Integer.parseInt(
                                port.getValue().at("/0/HostPort").asString("0")))));
        return new Container(new Target.Node(name, json.at("/Config/Hostname").asString(name), ready, process), address,
                published);
    }

    @Override
    public void requireRunning() {
        List<Container> containers = containers();
        if (containers.isEmpty()) {
            throw new FaultlineException("No containers of the compose project " + project
                    + " are there. Start them with: docker compose up --wait. See docs/containers.md.");
        }
        List<String> missing = containers.stream().map(Container::node).filter(node -> !node.ready())
                .map(Target.Node::name).toList();
        if (!missing.isEmpty()) {
            throw new FaultlineException("Not ready: " + String.join(", ", missing)
                    + ". See docker compose ps, and start them with: docker compose up --wait.");
        }
        containers.forEach(container -> address(container, CONSUL_PORT));
        requireReachable(consul());
    }

    private static void requireReachable(InetSocketAddress address) {
        try (var socket = new Socket()) {
            socket.connect(address, TIMEOUT_MS);
        } catch (IOException e) {
            throw new FaultlineException("The containers cannot be reached at their addresses, such as " + address
                    .getHostString() + ": " + e.getMessage() + ". That needs Docker Engine on this machine, and Linux:"
                    + " Docker Desktop and a rootless engine have their networks in a machine of their own.", e);
        }
    }

    @Override
    public Duration clientPatience() {
        return Duration.ofSeconds(40);
    }

    @Override
    public List<Target.Node> nodes() {
        return containers().stream().map(Container::node).toList();
    }

    private List<Container> containers() {
        List<String> ids;
        try {
            ids = Command.run(list().toList()).lines().toList();
        } catch (FaultlineException e) {
            throw new FaultlineException("Docker does not answer. " + e.getMessage(), e);
        }
        return ids.isEmpty() ? List.of() : parse(Command.run(Stream.concat(Stream.of("docker", "inspect"), ids.stream())
                .toList()));
    }

    private Stream<String> list() {
        return Stream.of("docker", "ps", "--all", "--quiet", "--filter", "label=com.docker.compose.project=" + project);
    }

    private Optional<Container> find(String node) {
        return containers().stream().filter(container -> container.node.name().equals(node)).findFirst();
    }

    private Container get(String node) {
        return find(node).orElseThrow(() -> new FaultlineException("There is no container " + node
                + " in the compose project " + project + ". See docker compose ps."));
    }

    @Override
    public InetSocketAddress address(String node, int port) {
        return address(get(node), port);
    }

    private InetSocketAddress address(Container container, int port) {
        String name = container.node.name();
        String address = container.address.isEmpty() ? lastAddresses.get(name) : container.address;
        if (address == null) {
            throw new FaultlineException("The container " + name + " has no address. See docker compose ps.");
        }
        lastAddresses.put(name, address);
        return new InetSocketAddress(address, port);
    }

    @Override
    public InetSocketAddress gateway() {
        InetSocketAddress address = get(LOAD_BALANCER).published.get(GATEWAY_PORT);
        if (address == null) {
            throw new FaultlineException("The load balancer has no port on this machine. See docker compose ps.");
        }
        return address;
    }

    @Override
    public InetSocketAddress consul() {
        return address(find("consul-agent").orElseGet(() -> get("consul")), CONSUL_PORT);
    }

    @Override
    public boolean copyOperatorFiles(Path directory) {
        String container = Command.run(Stream.concat(list(), Stream.of("--filter", "label=com.docker.compose.service="
                + OPERATORS_CONTAINER)).toList()).strip();
        if (container.isEmpty()) {
            throw new FaultlineException("There is no container " + OPERATORS_CONTAINER
                    + ", which has what the operator proves its identity with. docker compose up --wait creates it.");
        }
        Command.run(List.of("docker", "cp", "--quiet", container + ":/generated/nodes/operator/.", directory
                .toString()));
        return true;
    }

    @Override
    public Map<String, InetSocketAddress> brokers() {
        return containers().stream().filter(container -> container.node.name().matches("kafka(-\\d+)?")).collect(
                Collectors.toMap(container -> container.node.name(), container -> address(container, KAFKA_PORT)));
    }

    @Override
    public List<String> printPassword() {
        return List.of("cat", "/run/node/properties/faultline.database.password");
    }

    @Override
    public void close() {
        // Nothing of it is open.
    }
}
