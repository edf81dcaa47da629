package dev.faultline.verification;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ServiceDatabase;

/**
 * A running platform under test: where it is reached, where its state is read, and how its nodes are broken. A new way to
 * run the platform is a new implementation.
 *
 * <p>
 * Implementations are safe for use by several threads: a fault may be healed by a shutdown hook. Every method throws
 * {@link FaultlineException} if the platform is not running or the node is unknown.
 */
public interface Target {

    /**
     * A node at this moment.
     *
     * @param ready   whether it answers
     * @param process identifies the running process; another value after a restart, empty while there is none
     */
    record Node(String name, boolean ready, String process) {}

    /** Throws {@link FaultlineException} if the platform is not running. */
    void requireRunning();

    URI gatewayUrl();

    /** The simulated card acquirer, which is outside the platform. */
    URI acquirerUrl();

    URI consulUrl();

    /** The root of a service's {@code /actuator}. */
    URI managementUrl(String node);

    String kafkaBootstrapServers();

    /** Every service's database on every shard. */
    List<ServiceDatabase> databases();

    /** The acquirer's own journal, readable whether or not the acquirer runs; it need not exist. */
    Path acquirerJournal();

    /** The directory in which clients record their requests and the answers to them. */
    Path clientJournals();

    List<Node> nodes();

    /** Kills the node's process with SIGKILL; the platform restarts it. */
    void kill(String node);

    /** Freezes the node's processes with SIGSTOP until {@link #resume}. */
    void pause(String node);

    /** Undoes {@link #pause}; has no effect on a node that is not paused. */
    void resume(String node);
}
