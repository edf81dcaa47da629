package dev.faultline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Replication;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks for when a cluster is started.
 *
 * @param gatewayPort empty to keep the port
 * @param standbys    null to keep what the cluster has
 * @param replicated  whether there have to be three Consul servers and three Kafka brokers; false to keep what the cluster has
 * @param secured     false to keep what the cluster has
 * @param gateways    empty to keep how many the cluster has
 */
record RequestedSettings(OptionalInt gatewayPort, Replication.@Nullable Mode standbys, boolean replicated,
        boolean secured, OptionalInt gateways) {
    static final RequestedSettings NONE = new RequestedSettings(OptionalInt.empty(), null, false, false,
            OptionalInt.empty());

    RequestedSettings withGatewayPort(OptionalInt wanted) {
        return new RequestedSettings(wanted, standbys, replicated, secured, gateways);
    }

    RequestedSettings withStandbys(Replication.Mode wanted) {
        return new RequestedSettings(gatewayPort, wanted, replicated, secured, gateways);
    }

    RequestedSettings withReplicatedServers() {
        return new RequestedSettings(gatewayPort, standbys, true, secured, gateways);
    }

    RequestedSettings withSecurity() {
        return new RequestedSettings(gatewayPort, standbys, replicated, true, gateways);
    }

    /** @throws FaultlineException if there cannot be so many */
    RequestedSettings withGateways(int wanted) {
        if (wanted < 1 || wanted > Ports.MAX_GATEWAYS) {
            throw new FaultlineException("A cluster has 1 to " + Ports.MAX_GATEWAYS + " gateways, not " + wanted
                    + ". Choose the number with --gateways.");
        }
        return new RequestedSettings(gatewayPort, standbys, replicated, secured, OptionalInt.of(wanted));
    }

    /** Whether a cluster with these settings has what is asked for. */
    boolean areMetBy(Settings present) {
        return gatewayPort.orElse(present.gatewayPort()) == present.gatewayPort() && (standbys == null
                || standbys == present.standbys()) && (!replicated || present.replicated()) && (!secured || present
                        .isSecured())
                && gateways.orElse(present.gateways()) == present.gateways();
    }

    /**
     * Stores the settings, and returns them.
     *
     * @throws FaultlineException if something is running and they differ from the present ones
     */
    Settings apply(Home home, boolean isRunning) throws IOException {
        Settings present = home.settings().orElseGet(() -> Settings.create(gatewayPort.orElse(Ports.DEFAULT_GATEWAY)));
        Settings wanted = present.withGatewayPort(gatewayPort.orElse(present.gatewayPort()));
        if (isRunning && wanted.gatewayPort() != present.gatewayPort()) {
            throw new FaultlineException("The cluster in " + home.directory()
                    + " is already running with its gateway on port " + present.gatewayPort()
                    + ". Stop it with ./faultline down before you change the port to " + wanted.gatewayPort()
                    + ", or start another cluster with --home.");
        }
        wanted.ports();
        if (standbys != null && standbys != present.standbys()) {
            if (isRunning) {
                throw new FaultlineException("The cluster in " + home.directory() + " is already running with "
                        + (present.standbys() == null ? "no standbys" : "standbys in the other mode")
                        + ". Stop it with ./faultline down before you change that.");
            }
            if (present.standbys() == null) {
                giveDataToFirstServers(home, present.shards());
            }
            wanted = wanted.withStandbys(standbys);
        }
        if (secured && !present.isSecured()) {
            if (isRunning) {
                throw new FaultlineException("The cluster in " + home.directory() + " is already running without"
                        + " --secure. Stop it with ./faultline down before you change that; its data is kept.");
            }
            wanted = wanted.secured();
        }
        if (gateways.isPresent() && gateways.getAsInt() != present.gateways()) {
            if (isRunning) {
                throw new FaultlineException("The cluster in " + home.directory() + " is already running with "
                        + present.gateways() + (present.gateways() == 1 ? " gateway" : " gateways")
                        + ". Stop it with ./faultline down before you change that; its data is kept.");
            }
            wanted = wanted.withGateways(gateways.getAsInt());
        }
        if (replicated && !present.replicated()) {
            if (Files.exists(home.data("kafka-1"))) {
                throw new FaultlineException("The cluster in " + home.directory() + " has its data on one Consul server"
                        + " and one Kafka broker, which cannot become three. Delete it with ./faultline down --wipe,"
                        + " or start another cluster with --home.");
            }
            wanted = wanted.withReplicatedServers();
        }
        home.write(wanted);
        return wanted;
    }

    /** A shard that had no standby keeps its data. */
    private static void giveDataToFirstServers(Home home, int shards) throws IOException {
        for (int number = 1; number <= shards; number++) {
            Path single = home.data("shard-" + number);
            if (Files.isDirectory(single)) {
                Files.move(single, home.data("shard-" + number + "-a"));
            }
        }
    }
}
