package dev.faultline.testing;

import java.net.URI;
import java.util.List;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.FreePorts;
import org.testcontainers.consul.ConsulContainer;

/** A single Consul server, which runs until this JVM ends. */
public final class Consul {
    private static final int HTTP_PORT = 8500;

    private final String host;
    private final int port;

    private Consul(String host, int port) {
        this.host = host;
        this.port = port;
    }

    private static final class Shared {
        static final Consul AGENT = Infrastructure.start("Consul", Consul::container, Consul::process);
    }

    /** The agent that this JVM shares; the first call starts it. */
    public static Consul shared() {
        return Shared.AGENT;
    }

    public String host() {
        return host;
    }

    /** The port of its HTTP API. */
    public int port() {
        return port;
    }

    public URI uri() {
        return URI.create("http://" + host + ":" + port);
    }

    private static Consul process() {
        ConsulAgent agent = Infrastructure.startProcess(directory -> {
            List<Integer> ports = FreePorts.take(3);
            return new ConsulAgent("consul", directory, new ConsulPorts(ports.get(0), ports.get(1), ports.get(2)),
                    CacheDirectory.ofThisUser(), System.err::println);
        });
        return new Consul("127.0.0.1", agent.port());
    }

    @SuppressWarnings("resource") // runs until the JVM ends
    private static Consul container() {
        var container = new ConsulContainer("hashicorp/consul:1.22");
        container.start();
        return new Consul(container.getHost(), container.getMappedPort(HTTP_PORT));
    }
}
