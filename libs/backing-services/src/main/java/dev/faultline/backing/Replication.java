package dev.faultline.backing;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How one of the two servers of a shard replicates with the other. Both have the same settings in either role, so that
 * none has to change with a promotion.
 *
 * @param peer the other server's name
 */
public record Replication(String peer, int peerPort, Mode mode) {

    public enum Mode {
        /**
         * A commit is acknowledged only once both servers have it on disk. While one of them is away, commits wait; they
         * are never acknowledged by one server alone.
         */
        SYNCHRONOUS,
        /** A commit is acknowledged once the primary has it. A promotion loses what the standby had not received. */
        ASYNCHRONOUS
    }

    /** The replication slot of a server on its primary, and its name in {@code synchronous_standby_names}. */
    static String slotOf(String server) {
        return server.replace('-', '_');
    }

    /**
     * The settings of a server in either role.
     *
     * <p>
     * Outboxes wait for the synchronous standby: otherwise a message could be sent whose transaction a promotion discards.
     *
     * @param passFile for connections to the peer
     * @param tls      more of the parameters of these connections
     */
    Map<String, String> settings(String server, Path passFile, Map<String, String> tls) {
        var settings = new TreeMap<>(Map.of(
                "primary_conninfo", "host=127.0.0.1 port=" + peerPort + " user=" + PostgresServer.SUPERUSER
                        + " dbname=postgres application_name=" + slotOf(server) + " passfile='" + passFile + "'" + tls
                                .entrySet().stream()
                                .map(parameter -> " " + parameter.getKey() + "='" + parameter.getValue() + "'").collect(
                                        Collectors.joining()),
                "primary_slot_name", slotOf(server),
                // The standby keeps the outboxes' slots, which are failover slots.
                "sync_replication_slots", "on",
                "hot_standby_feedback", "on",
                "wal_retrieve_retry_interval", "200ms"));
        if (mode == Mode.SYNCHRONOUS) {
            settings.put("synchronous_standby_names", slotOf(peer));
            settings.put("synchronized_standby_slots", slotOf(peer));
        }
        return settings;
    }
}
