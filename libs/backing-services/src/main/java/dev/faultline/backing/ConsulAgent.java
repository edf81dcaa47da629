package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A single Consul server on loopback. It has a data directory, because services are not registered again with an agent that
 * lost its state.
 */
public final class ConsulAgent implements BackingService {
    private final String name;
    private final Path directory;
    private final ConsulPorts ports;
    private final ConsulBinary binary;
    private @Nullable Path program;

    /**
     * @param directory for data and configuration; created if it does not exist
     * @param progress  receives messages about downloads
     */
    public ConsulAgent(String name, Path directory, ConsulPorts ports, CacheDirectory cache,
            Consumer<String> progress) {
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.ports = ports;
        this.binary = new ConsulBinary(cache, progress);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return ports.http();
    }

    @Override
    public void prepare() {
        program();
        try {
            Files.createDirectories(data());
            // Only keys that both 1.8 and 1.2x accept.
            Files.writeString(configuration(), """
                    {
                      "node_name": "%s",
                      "server": true,
                      "bootstrap_expect": 1,
                      "data_dir": "%s",
                      "bind_addr": "127.0.0.1",
                      "advertise_addr": "127.0.0.1",
                      "client_addr": "127.0.0.1",
                      "ports": {"http": %d, "server": %d, "serf_lan": %d, "serf_wan": -1, "dns": -1, "grpc": -1},
                      "performance": {"raft_multiplier": 1},
                      "disable_update_check": true,
                      "disable_remote_exec": true,
                      "log_level": "WARN"
                    }
                    """.formatted(name, data(), ports.http(), ports.server(), ports.serf()));
        } catch (IOException e) {
            throw new FaultlineException(name + ": cannot prepare the directory " + directory + ": "
                    + e.getMessage(), e);
        }
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
