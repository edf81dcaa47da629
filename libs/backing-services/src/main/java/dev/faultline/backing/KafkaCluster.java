package dev.faultline.backing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Brokers on loopback that replicate each other's partitions. The first of them are also controllers, of which a majority
 * elects the active one; if there is only one, no other is elected while it is away.
 *
 * @param id              128 bits in URL-safe base 64, as Kafka formats its ids
 * @param controllerPorts of the brokers that are controllers, from broker 1 on
 * @param ports           of the brokers, from broker 1 on
 */
public record KafkaCluster(String id, List<Integer> controllerPorts, List<Integer> ports) {
    private static final int ID_BYTES = 16;

    public KafkaCluster {
        controllerPorts = List.copyOf(controllerPorts);
        ports = List.copyOf(ports);
        if (controllerPorts.isEmpty() || controllerPorts.size() > ports.size()) {
            throw new IllegalArgumentException("of " + ports.size() + " brokers, " + controllerPorts.size()
                    + " cannot be controllers");
        }
    }

    /** A new one. */
    public KafkaCluster(List<Integer> controllerPorts, List<Integer> ports) {
        this(idOf(UUID.randomUUID().toString()), controllerPorts, ports);
    }

    /**
     * Its brokers, from broker 1 on, called {@code kafka-1} and so on.
     *
     * @param directories for the data of a broker, by its name
     */
    public List<KafkaBroker> brokers(Function<String, Path> directories, KafkaAotCache aotCache) {
        return IntStream.rangeClosed(1, ports.size()).mapToObj(broker -> new KafkaBroker("kafka-" + broker, directories
                .apply("kafka-" + broker), broker, this, aotCache)).toList();
    }

    boolean isController(int broker) {
        return broker <= controllerPorts.size();
    }

    /** As in {@code controller.quorum.voters}. */
    String voters() {
        return IntStream.rangeClosed(1, controllerPorts.size()).mapToObj(broker -> broker + "@127.0.0.1:"
                + controllerPorts.get(broker - 1)).collect(Collectors.joining(","));
    }

    /** An id that follows from this text, and does not reveal it. */
    public static String idOf(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            String id = Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, ID_BYTES));
            // A leading dash would be parsed as an option.
            return id.replaceFirst("^-", "A");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    /** Of the cluster's own topics, and of those that are created without saying how many replicas they have. */
    int replicationFactor() {
        return Math.min(3, ports.size());
    }

    /** How many have to have a record before it is acknowledged to a producer that waits for all. */
    int leastInSync() {
        return replicationFactor() / 2 + 1;
    }
}
