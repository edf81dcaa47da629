package dev.faultline.local;

import java.security.SecureRandom;
import java.util.stream.IntStream;

import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.FaultlineException;

/**
 * The ports of one cluster, all computed from the gateway's: it has that one, everything else a place in the block from
 * 20 to 60 above it. So two clusters need gateways that are 61 apart, or less than 20.
 */
public record Ports(int gateway) {
    public static final int DEFAULT_GATEWAY = 8080;
    static final int LAST_OFFSET = 60;
    private static final int SERVICES = 40;
    private static final int MANAGEMENT = 50;
    // Below those that systems give to outgoing connections.
    private static final int LOWEST_FREE = 10_000;
    private static final int HIGHEST_FREE = 30_000;
    private static final int ATTEMPTS = 1_000;

    /** @throws FaultlineException if the block does not fit below 65,536, or begins where only root may listen */
    public Ports {
        if (gateway < 1024 || gateway + LAST_OFFSET > 65_535) {
            throw new FaultlineException("The gateway's port is to be from 1024 to " + (65_535 - LAST_OFFSET)
                    + ", because the cluster also uses the " + LAST_OFFSET + " above it; " + gateway
                    + " is not. Name another with --port.");
        }
    }

    /**
     * The gateway's port of a cluster whose ports were all free a moment ago, at random, so that two who ask at once
     * are told different ones.
     */
    public static int free() {
        return new SecureRandom().ints(ATTEMPTS, LOWEST_FREE, HIGHEST_FREE)
                .filter(gateway -> IntStream.rangeClosed(gateway, gateway + LAST_OFFSET).noneMatch(PortCheck::isTaken))
                .findFirst().orElseThrow(() -> new FaultlineException("No block of " + LAST_OFFSET
                        + " free ports was found between " + LOWEST_FREE + " and " + HIGHEST_FREE
                        + ". Stop a cluster with ./faultline down."));
    }

    ConsulPorts consul() {
        return new ConsulPorts(gateway + 20, gateway + 21, gateway + 22);
    }

    int kafka() {
        return gateway + 23;
    }

    int kafkaController() {
        return gateway + 24;
    }

    /** @param number from 1 to 8 */
    int shard(int number) {
        return gateway + 29 + number;
    }

    /** @param index from 0 to 9, among all services but the gateway */
    int service(int index) {
        return gateway + SERVICES + index;
    }

    /** @param index from 0 to 9, among all services, the gateway being the last */
    int management(int index) {
        return gateway + MANAGEMENT + index;
    }
}
