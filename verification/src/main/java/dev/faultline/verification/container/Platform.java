package dev.faultline.verification.container;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;

/** What is done differently by docker compose and on Kubernetes. Every method throws {@link FaultlineException}. */
interface Platform extends AutoCloseable {

    /** Throws a {@link FaultlineException} that says what to do if a node is not ready or cannot be reached. */
    void requireRunning();

    List<Target.Node> nodes();

    /** For how long a client repeats a request before it gives up. */
    Duration clientPatience();

    /** Where this machine reaches a port of a node, which may be down. */
    InetSocketAddress address(String node, int port);

    /** Where this machine reaches the gateway; the same as long as this platform is used. */
    InetSocketAddress gateway();

    /** Where this machine reaches the Consul that the services use. */
    InetSocketAddress consul();

    /**
     * Copies what the operator proves its identity with, or returns false if nodes of this platform believe everybody.
     *
     * @param directory that exists, for the files {@code ca.pem}, {@code node.pem}, {@code node.key}, {@code kafka.properties} and
     *                  {@code consul-token}, and a certificate and a key for each role
     */
    boolean copyOperatorFiles(Path directory);

    /** Where this machine reaches the brokers, each under the name that it advertises; the ports are the same. */
    Map<String, InetSocketAddress> brokers();

    /** A command that prints the password of a service's databases in one of its containers. */
    List<String> printPassword();

    @Override
    void close();
}
