package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * A Consul server on loopback: a single one, or one of several that elect a leader. It has a data directory, because services
 * are not registered again with an agent that lost its state.
 */
public final class ConsulAgent implements BackingService {
    private final String name;
    private final Path directory;
    private final ConsulPorts ports;
    private final List<ConsulPorts> servers;
    private final ConsulBinary binary;
    private final @Nullable ConsulSecurity security;
    private @Nullable Path program;

    /**
     * A single server.
     *
     * @param directory for data and configuration; created if it does not exist
     * @param progress  receives messages about downloads
     */
    public ConsulAgent(String name, Path directory, ConsulPorts ports, CacheDirectory cache,
            Consumer<String> progress) {
        this(name, directory, ports, List.of(ports), new ConsulBinary(cache, progress), null);
    }

    /**
     * One of several servers, which is ready when a majority of them runs.
     *
     * @param servers the ports of all of them, this one too, in any order
     */
    public ConsulAgent(String name, Path directory, ConsulPorts ports, List<ConsulPorts> servers, CacheDirectory cache,
            Consumer<String> progress) {
        this(name, directory, ports, servers, new ConsulBinary(cache, progress), null);
    }

    /**
     * All of several servers, called {@code consul-1} and so on.
     *
     * @param directories for the data of a server, by its name
     * @param progress    receives messages about downloads, by server
     */
    public static List<ConsulAgent> several(List<ConsulPorts> servers, Function<String, Path> directories,
            CacheDirectory cache, Progress progress) {
        return IntStream.range(0, servers.size()).mapToObj(i -> {
            String name = "consul-" + (i + 1);
            return new ConsulAgent(name, directories.apply(name), servers.get(i), servers, cache, line -> progress
                    .report(name, line));
        }).toList();
    }

    private ConsulAgent(String name, Path directory, ConsulPorts ports, List<ConsulPorts> servers, ConsulBinary binary,
            @Nullable ConsulSecurity security) {
        if (!servers.contains(ports)) {
            throw new IllegalArgumentException(name + " is not one of the servers " + servers);
        }
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.ports = ports;
        this.servers = List.copyOf(servers);
        this.binary = binary;
        this.security = security;
    }

    /** The same agent, secured from its next {@link #prepare} and start on. */
    public ConsulAgent securedBy(ConsulSecurity how) {
        return new ConsulAgent(name, directory, ports, servers, binary, how);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return ports.http();
    }

    /** On which the other servers reach it. */
    public int serverPort() {
        return ports.server();
    }

    @Override
    public void prepare() {
        program();
        try {
            Files.createDirectories(data());
            // Only keys that both 1.8 and 1.2x accept.
            OwnersFile.write(configuration(), """
                    {
                      "node_name": "%s",
                      "server": true,
                      "bootstrap_expect": %d,
                      "retry_join": [%s],
                      "retry_interval": "1s",
                      "autopilot": {"cleanup_dead_servers": false},
                      "data_dir": "%s",
                      "bind_addr": "127.0.0.1",
                      "advertise_addr": "127.0.0.1",
                      "client_addr": "127.0.0.1",
                      "ports": {"http": %d, "server": %d, "serf_lan": %d, "serf_wan": -1, "dns": -1, "grpc": -1},
                      "performance": {"raft_multiplier": 1},
                      "disable_update_check": true,
                      "disable_remote_exec": true,
                      "log_level": "WARN"%s
                    }
                    """.formatted(name, servers.size(), others(), data(), ports.http(), ports.server(), ports.serf(),
                    security == null ? "" : security.configuration(program())));
        } catch (IOException e) {
            throw new FaultlineException(name + ": cannot prepare the directory " + directory + ": "
                    + e.getMessage(), e);
        }
    }

    /** Where the others gossip, as strings in JSON. */
    private String others() {
        return servers.stream().filter(each -> !each.equals(ports)).map(each -> "\"127.0.0.1:" + each.serf() + '"')
                .collect(Collectors.joining(", "));
    }

    @Override
    public Launch launch() {
        var command = new ArrayList<>(List.of(program().toString(), "agent", "-config-file=" + configuration()));
        if (ConsulBinary.hasGrpcTlsPort(program())) {
            command.add("-grpc-tls-port=-1");
        }
        return new Launch(command, Map.of(), directory, "TERM");
    }

    /** Catalogue requests succeed only while there is a leader. */
    @Override
    public Readiness readiness() {
        return Readiness.of("http://127.0.0.1:" + ports.http() + "/v1/catalog/nodes");
    }

    private Path program() {
        if (program == null) {
            program = binary.find();
        }
        return program;
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path configuration() {
        return directory.resolve("consul.json");
    }
}
