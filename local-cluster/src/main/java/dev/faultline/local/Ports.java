package dev.faultline.local;

import java.security.SecureRandom;
import java.util.List;
import java.util.stream.IntStream;

import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.FaultlineException;

/**
 * The ports of a cluster, which follow from the one that its gateways share: all others are 10 to 70 above it. The
 * gateways of two clusters must be at least 71 ports apart.
 */
public record Ports(int gateway) {
    public static final int DEFAULT_GATEWAY = 8080;
    static final int LAST_OFFSET = 70;
    static final int MAX_SHARDS = 8;
    static final int MAX_GATEWAYS = 2;
    private static final int SERVICES = 40;
    private static final int MANAGEMENT = 50;
    // Below the ephemeral ports.
    private static final int LOWEST_FREE = 10_000;
    private static final int HIGHEST_FREE = 30_000;
    private static final int ATTEMPTS = 1_000;

    /** @throws FaultlineException if a port would be above 65,535 or privileged */
    public Ports {
        if (gateway < 1024 || gateway + LAST_OFFSET > 65_535) {
            throw new FaultlineException("The gateway's port must be from 1024 to " + (65_535 - LAST_OFFSET)
                    + ", because the cluster also uses the next " + LAST_OFFSET + " ports; it is " + gateway
                    + ". Choose another with --port.");
        }
    }

    /**
     * A random gateway port whose cluster's ports are all free. Random, so that concurrent callers probably get different
     * ones.
     */
    public static int free() {
        return new SecureRandom().ints(ATTEMPTS, LOWEST_FREE, HIGHEST_FREE)
                .filter(gateway -> IntStream.rangeClosed(gateway, gateway + LAST_OFFSET).noneMatch(PortCheck::isTaken))
                .findFirst().orElseThrow(() -> new FaultlineException("There are no " + LAST_OFFSET
                        + " consecutive free ports between " + LOWEST_FREE + " and " + HIGHEST_FREE
                        + ". Stop another cluster with ./faultline down."));
    }

    /** Of the first server, and of two others. */
    List<ConsulPorts> consul() {
        return IntStream.of(20, 61, 64).mapToObj(first -> new ConsulPorts(gateway + first, gateway + first + 1, gateway
                + first + 2)).toList();
    }

    /** Of the first broker, and of two others. */
    List<Integer> kafka() {
        return List.of(gateway + 23, gateway + 67, gateway + 69);
    }

    /** Of the brokers' controllers. */
    List<Integer> kafkaControllers() {
        return List.of(gateway + 24, gateway + 68, gateway + 70);
    }

    /** @param number from 1 to {@link #MAX_SHARDS} */
    int shard(int number) {
        return gateway + 29 + number;
    }

    /** The second server of a shard that has a standby. */
    int secondServer(int number) {
        return gateway + 9 + number;
    }

    int failover() {
        return gateway + 25;
    }

    /** @param index from 0 to 8, among all services but the gateway and the identity service */
    int service(int index) {
        return gateway + SERVICES + index;
    }

    int identity() {
        return gateway + SERVICES + 9;
    }

    /** @param index from 0 to 9, among all services; the gateways and the identity service are the last ones */
    int management(int index) {
        return gateway + MANAGEMENT + index;
    }
}
