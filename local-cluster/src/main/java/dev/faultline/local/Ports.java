package dev.faultline.local;

import java.util.stream.IntStream;

import dev.faultline.local.parts.ConsulPorts;
import dev.faultline.local.parts.RefusedException;

/**
 * The ports of one cluster, all computed from the gateway's: it has that one, everything else a place in the block from
 * 20 to 60 above it. So two clusters need gateways that are 61 apart, or less than 20.
 */
public record Ports(int gateway) {
    public static final int DEFAULT_GATEWAY = 8080;
    static final int LAST_OFFSET = 60;
    private static final int SERVICES = 40;
    private static final int MANAGEMENT = 50;

    /** @throws RefusedException if the block does not fit below 65,536, or begins where only root may listen */
    public Ports {
        if (gateway < 1024 || gateway + LAST_OFFSET > 65_535) {
            throw new RefusedException("The gateway's port is to be from 1024 to " + (65_535 - LAST_OFFSET)
                    + ", because the cluster also uses the " + LAST_OFFSET + " above it; " + gateway
                    + " is not. Name another with --port.");
        }
    }

    /** A gateway's port at which the whole block is free now, away from where clusters are by default. */
    public static int free() {
        return IntStream.iterate(20_080, port -> port + 100).limit(50)
                .filter(gateway -> IntStream.rangeClosed(0, LAST_OFFSET).noneMatch(offset -> PortCheck.isTaken(gateway
                        + offset)))
                .findFirst().orElseThrow(() -> new RefusedException("No block of " + LAST_OFFSET
                        + " free ports was found between 20080 and 25000. Stop a cluster with ./faultline down."));
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
