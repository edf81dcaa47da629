package dev.faultline.backing;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * Brokers on loopback that replicate each other's partitions. Broker 1 is also the controller, so no other one is elected
 * while it is away.
 *
 * @param id    128 bits in URL-safe base 64, as Kafka formats its ids
 * @param ports of the brokers, from broker 1 on
 */
public record KafkaCluster(String id, int controllerPort, List<Integer> ports) {
    public KafkaCluster {
        ports = List.copyOf(ports);
    }

    /** A new one. */
    public KafkaCluster(int controllerPort, List<Integer> ports) {
        this(randomId(), controllerPort, ports);
    }

    private static String randomId() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        // An id that begins with a dash would be parsed as an option.
        return id.startsWith("-") ? randomId() : id;
    }

    /** Of the cluster's own topics. */
    int replicationFactor() {
        return Math.min(3, ports.size());
    }
}
