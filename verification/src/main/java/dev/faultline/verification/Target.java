package dev.faultline.verification;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.client.Credentials;

/**
 * A running platform under test: its addresses, its stored state, and the faults its nodes can have. To verify another kind
 * of deployment, implement this interface.
 *
 * <p>
 * Implementations are safe for use by several threads: a fault may be healed by a shutdown hook. Every method throws
 * {@link FaultlineException} if the platform is not running or the node is unknown.
 */
public interface Target {

    /**
     * A node at this moment.
     *
     * @param instance the name that the service in it goes by, for example as the holder of a lock
     * @param ready    whether it responds
     * @param process  identifies the running process; changes with a restart, empty if there is none
     */
    record Node(String name, String instance, boolean ready, String process) {}

    /** Throws {@link FaultlineException} if the platform is not running. */
    void requireRunning();

    URI gatewayUrl();

    /** The simulated card acquirer, which is outside the platform. */
    URI acquirerUrl();

    /** The platform's clients; one of them is the operator. */
    Credentials credentials();

    URI consulUrl();

    /** The token with which Consul permits everything; empty if it needs none. */
    String consulToken();

    /** The root of a service's {@code /actuator}. */
    URI managementUrl(String node);

    /** The properties with which a Kafka client that may do everything connects. */
    Map<String, String> kafkaConnection();

    /** Every service's database on every shard. */
    List<ServiceDatabase> databases();

    /** The acquirer's own journal, or a copy of it as it is now; it need not exist. */
    Path acquirerJournal();

    /** For how long a client repeats a request: for longer than the platform takes to bring a node back. */
    Duration clientPatience();

    /** The directory in which clients record their requests and the responses. */
    Path clientJournals();

    List<Node> nodes();

    /** The server that accepts a shard's writes; empty while a promotion is in progress. */
    Optional<String> primaryOf(String shard);

    /** The server that replays a shard's log; empty if the shard has none, or a promotion is in progress. */
    Optional<String> standbyOf(String shard);

    /** Kills the node's process with SIGKILL; the platform restarts it. */
    void kill(String node);

    /** Freezes the node's processes with SIGSTOP until {@link #resume}. */
    void pause(String node);

    /**
     * Makes a standby receive its primary's log and replay nothing, until {@link #resume} or the end of its process. Throws
     * {@link FaultlineException} if the node is not a standby.
     */
    void lag(String node);

    /** Undoes {@link #pause} and {@link #lag}; has no effect on a node that neither is paused nor lags. */
    void resume(String node);
}
