package dev.faultline.verification.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.fault.AcquirerFault;
import dev.faultline.verification.shards.ShardPlanning;
import org.jspecify.annotations.Nullable;

/**
 * A platform in containers. Addresses are those at which this machine reaches the containers; faults, primaries and secrets
 * are left to {@code chaos/targets}.
 */
public final class ContainerTarget implements Target, AutoCloseable {
    /** The names in certificates. */
    private static final String ACQUIRER = "acquirer";
    private static final String CONSUL = "consul";
    private static final int APPLICATION_PORT = 8_080;
    private static final int MANAGEMENT_PORT = 8_081;
    private static final int POSTGRES_PORT = 5_432;
    /** A shard's only server, as a container or as the pod of a StatefulSet, or one of two. */
    private static final Pattern SHARD_SERVER = Pattern.compile("(shard-\\d+)(-a|-b|-0)?");
    private static final String PAUSE = "pause";
    private static final String LAG = "standby-lag";

    private final Platform platform;
    private final TargetScript script;
    private final Path directory;
    /** Those that last, by node. */
    private final Map<String, String> faults = new ConcurrentHashMap<>();
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private @Nullable Credentials credentials;
    private @Nullable OperatorFiles operator;

    private ContainerTarget(Platform platform, TargetScript script, Path directory) {
        this.platform = platform;
        this.script = script;
        this.directory = directory;
    }

    /**
     * The containers of docker compose, in either layout.
     *
     * @param repository with {@code chaos/}
     * @param directory  of one run's journals
     */
    public static ContainerTarget compose(Path repository, Path directory) {
        return new ContainerTarget(new Compose(), new TargetScript(repository, "compose", directory.resolve("chaos")),
                directory);
    }

    /** The pods on Kubernetes; the parameters are as for {@link #compose}. */
    public static ContainerTarget k8s(Path repository, Path directory) {
        return new ContainerTarget(new Kubernetes(), new TargetScript(repository, "k8s", directory.resolve("chaos")),
                directory);
    }

    @Override
    public void requireRunning() {
        platform.requireRunning();
        // While every node responds: what is needed while one of them does not.
        List.of(Credentials.SHOP, Credentials.CLERK, Credentials.OPERATOR).forEach(this::clientSecret);
        databases();
        acquirerUrl();
        consulUrl();
        nodes().stream().map(Node::name).filter(node -> ShardPlanning.SERVICES.containsValue(node.replaceFirst("-\\d+$",
                ""))).forEach(this::managementUrl);
    }

    @Override
    public URI gatewayUrl() {
        return url(platform.gateway());
    }

    @Override
    public URI acquirerUrl() {
        return url(ACQUIRER, platform.address(AcquirerFault.NODE, APPLICATION_PORT));
    }

    @Override
    public synchronized Credentials credentials() {
        if (credentials == null) {
            credentials = new Credentials(gatewayUrl(), this::clientSecret, operator().tls().orElse(null));
        }
        return credentials;
    }

    private String clientSecret(String client) {
        return secrets.computeIfAbsent("client " + client, _ -> script.call("client_secret", client).strip());
    }

    @Override
    public URI consulUrl() {
        return url(CONSUL, platform.consul());
    }

    @Override
    public String consulToken() {
        return operator().consulToken();
    }

    private synchronized OperatorFiles operator() {
        if (operator == null) {
            operator = OperatorFiles.of(platform);
        }
        return operator;
    }

    /** @param name that is in the server's certificate, if it has one */
    private URI url(String name, InetSocketAddress address) {
        if (!operator().exist()) {
            return url(address);
        }
        NodeNames.resolve(name, address.getAddress());
        return URI.create("https://" + name + ":" + address.getPort());
    }

    @Override
    public URI managementUrl(String node) {
        return url(platform.address(node, MANAGEMENT_PORT));
    }

    private static URI url(InetSocketAddress address) {
        return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort());
    }

    @Override
    public Map<String, String> kafkaConnection() {
        Map<String, InetSocketAddress> brokers = platform.brokers();
        brokers.forEach((name, address) -> NodeNames.resolve(name, address.getAddress()));
        var properties = new HashMap<>(operator().kafka());
        properties.put("bootstrap.servers", brokers.entrySet().stream().map(broker -> broker.getKey() + ":" + broker
                .getValue().getPort()).collect(Collectors.joining(",")));
        return Map.copyOf(properties);
    }

    @Override
    public List<ServiceDatabase> databases() {
        Map<String, List<String>> servers = nodes().stream().map(Node::name).map(SHARD_SERVER::matcher).filter(
                Matcher::matches).collect(Collectors.groupingBy(server -> server.group(1), TreeMap::new, Collectors
                        .mapping(Matcher::group, Collectors.toList())));
        if (servers.isEmpty()) {
            throw new FaultlineException("There is no server of a shard that is named like shard-1, shard-1-a or"
                    + " shard-1-0.");
        }
        return servers.entrySet().stream().flatMap(shard -> ShardPlanning.SERVICES.keySet().stream().sorted().map(
                service -> database(service, shard.getKey(), shard.getValue()))).toList();
    }

    private ServiceDatabase database(String service, String shard, List<String> servers) {
        var parameters = new ArrayList<String>();
        operator().jdbcParameters(service).ifPresent(parameters::add);
        if (servers.size() > 1) {
            parameters.add("targetServerType=primary&hostRecheckSeconds=1");
        }
        return new ServiceDatabase(service, shard, "jdbc:postgresql://" + servers.stream().map(this::postgres).collect(
                Collectors.joining(",")) + "/" + service + "?" + String.join("&", parameters), service,
                secrets.computeIfAbsent("database " + service, _ -> password(ShardPlanning.SERVICES.get(service)
                        + "-1")));
    }

    private String postgres(String server) {
        InetSocketAddress address = platform.address(server, POSTGRES_PORT);
        NodeNames.resolve(server, address.getAddress());
        return server + ":" + address.getPort();
    }

    private String password(String node) {
        return inNode(node, platform.printPassword()).strip();
    }

    private String inNode(String node, List<String> command) {
        var arguments = new ArrayList<>(List.of(node));
        arguments.addAll(command);
        return script.call("in_node", arguments.toArray(String[]::new));
    }

    /** Copies it out of the acquirer's container, which must run. */
    @Override
    public Path acquirerJournal() {
        String journal = inNode(AcquirerFault.NODE, List.of("bash", "-c",
                "shopt -s nullglob; cat /dev/null /var/lib/faultline/journal*.jsonl"));
        try {
            return Files.writeString(Files.createDirectories(directory.resolve("acquirer")).resolve("journal.jsonl"),
                    journal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Duration clientPatience() {
        return platform.clientPatience();
    }

    @Override
    public Path clientJournals() {
        return directory.resolve("clients");
    }

    @Override
    public List<Node> nodes() {
        return platform.nodes();
    }

    @Override
    public Optional<String> primaryOf(String shard) {
        return script.lines("primary_of", shard).findFirst();
    }

    @Override
    public Optional<String> standbyOf(String shard) {
        return primaryOf(shard).flatMap(primary -> script.lines("servers_of", shard).filter(server -> !server.equals(
                primary)).findFirst());
    }

    @Override
    public void kill(String node) {
        script.inject("kill", node);
        script.heal("kill", node);
    }

    @Override
    public void pause(String node) {
        begin(PAUSE, node);
    }

    @Override
    public void lag(String node) {
        begin(LAG, node);
    }

    private void begin(String fault, String node) {
        // Before the attempt, so that a fault that is only partly injected is healed too.
        faults.put(node, fault);
        script.inject(fault, node);
    }

    @Override
    public void resume(String node) {
        String fault = faults.get(node);
        if (fault != null) {
            script.heal(fault, node);
            faults.remove(node);
        }
    }

    @Override
    public void close() {
        platform.close();
    }
}
