package dev.faultline.cli;

import java.util.OptionalInt;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Replication;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.load.TrainingOrders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that start, stop and show a cluster and its nodes. */
@Command
final class ClusterCommands {
    static final String STANDBYS = "sync|async";
    private static final String LAYOUT = "ha";
    static final String NODE = "a node's name; see ./faultline status";

    private ClusterCommands() {}

    @Command(description = "Starts the cluster, creates a small catalogue and places two orders.")
    static void up(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--port", paramLabel = "N", description = "the port of the gateways, "
                    + "which determines all other ports (default: as before, initially 8080)") @Nullable Integer port,
            @Option(names = "--standbys", arity = "0..1", fallbackValue = "sync", paramLabel = STANDBYS, description = "give each shard a "
                    + "standby, which takes over when the primary fails: synchronous, so that no acknowledged write "
                    + "is lost, or asynchronous (default: as before, initially none)") @Nullable String standbys,
            @Option(names = "--layout", paramLabel = LAYOUT, description = "ha: three Consul servers and three Kafka "
                    + "brokers, with every topic on all of them, instead of one each. Only for a new cluster, and not "
                    + "with --secure") @Nullable String layout,
            @Option(names = "--secure", description = "HTTPS at the gateway, and nodes that prove to each other who they "
                    + "are, with certificates of an authority of this cluster (default: as before, initially not)") boolean secure,
            @Option(names = "--gateways", paramLabel = "1|2", description = "how many gateways share the port, so that "
                    + "one can fail (default: as before, initially 1)") @Nullable Integer gateways) {
        LocalCluster cluster = option.cluster();
        if (standbys != null) {
            cluster = cluster.withStandbys(mode(standbys));
        }
        if (layout != null) {
            if (!layout.equals(LAYOUT)) {
                throw new FaultlineException("--layout must be " + LAYOUT + ", not " + layout + ".");
            }
            cluster = cluster.withReplicatedServers();
        }
        if (secure) {
            cluster = cluster.withSecurity();
        }
        if (gateways != null) {
            cluster = cluster.withGateways(gateways);
        }
        new ClusterStart(cluster, output.terminal()).run(port == null ? OptionalInt.empty() : OptionalInt.of(port));
    }

    static Replication.Mode mode(String standbys) {
        return switch (standbys) {
            case "sync" -> Replication.Mode.SYNCHRONOUS;
            case "async" -> Replication.Mode.ASYNCHRONOUS;
            default -> throw new FaultlineException("--standbys must be sync or async, not " + standbys + ".");
        };
    }

    @Command(description = {"Makes a shard's standby the primary, and its primary the standby.",
        "Prints what only the old primary had: nothing that was acknowledged, if the standby is synchronous."})
    static void promote(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "SHARD", description = "its name, for example shard-1") String shard) {
        Terminal terminal = output.terminal();
        terminal.line(option.cluster().promote(shard, terminal).text());
    }

    @Command(description = "Creates the ahead-of-time caches without starting the cluster.")
    static void train(@Mixin Output output, @Mixin ClusterOption option) {
        Terminal terminal = output.terminal();
        option.cluster().train(new TrainingOrders(), terminal)
                .forEach(directory -> terminal.line(directory.toString()));
    }

    @Command(description = "Stops every node and the supervisor; keeps the data.")
    static void down(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--wipe", description = "also delete the cluster's "
                    + "directory with all its data") boolean wipe) {
        Terminal terminal = output.terminal();
        LocalCluster cluster = option.cluster();
        boolean ran = cluster.isRunning() || cluster.hasNodes();
        if (wipe) {
            cluster.wipe(terminal);
            terminal.line("Stopped. Deleted " + cluster.home() + ".");
        } else {
            cluster.down(terminal);
            terminal.line(ran ? "Stopped. The data is kept in " + cluster.home() + " for the next ./faultline up."
                    : "Nothing was running in " + cluster.home() + ".");
        }
    }

    @Command(description = "Shows every node: state, process, port, restarts, resident memory.")
    static void status(@Mixin Output output, @Mixin ClusterOption option) {
        Terminal terminal = output.terminal();
        LocalCluster cluster = option.cluster();
        if (!cluster.isRunning()) {
            terminal.line("The cluster in " + cluster.home() + " is not running. Start it with ./faultline up"
                    + (cluster.hasNodes() ? ", which adopts nodes that are still running:" : "."));
        }
        if (cluster.isRunning() || cluster.hasNodes()) {
            new StatusTable(terminal).print(cluster);
        }
    }

    @Command(description = "Shows a node's log.")
    static void logs(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = "a node's name, or supervisor") String node,
            @Option(names = {"-f",
                "--follow"}, description = "keep printing new lines until interrupted") boolean follow,
            @Option(names = "--json", description = "print the unformatted lines") boolean json,
            @Option(names = {"-n", "--lines"}, paramLabel = "N", defaultValue = "100", description = "print the last "
                    + "N lines (default: ${DEFAULT-VALUE})") int lines) {
        Terminal terminal = output.terminal();
        LocalCluster cluster = option.cluster();
        var tail = new LogTail(node.equals("supervisor") ? cluster.supervisorLog() : cluster.nodes().log(node));
        var text = new LogText(terminal);
        tail.read(lines, follow, line -> terminal.line(json ? line : text.formatted(line)));
    }

    @Command(description = "Stops a node gracefully; it stays stopped until it is started again.")
    static void stop(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = NODE) String node) {
        Terminal terminal = output.terminal();
        option.cluster().nodes().stop(node);
        terminal.line(node + " is stopping, and stays stopped until ./faultline start " + node + ".");
    }

    @Command(description = "Starts a stopped node.")
    static void start(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = NODE) String node) {
        Terminal terminal = output.terminal();
        option.cluster().nodes().start(node);
        terminal.line(node + " is starting. See ./faultline status.");
    }

    @Command(description = "Restarts a node, or every instance of a service one after the other, from the current build.")
    static void restart(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE|SERVICE", description = "for example order-service-1 or order-service") String name,
            @Option(names = "--build", description = "build the service first, without tests") boolean build,
            @Option(names = "--port", paramLabel = "PORT", description = "listen on this port until the next restart; only "
                    + "for an instance that its callers find through Consul") @Nullable Integer port) {
        Terminal terminal = output.terminal();
        // The script ./faultline handles --build before it starts this JVM.
        if (port == null) {
            option.cluster().nodes().restart(name, terminal);
        } else {
            option.cluster().nodes().move(name, port, terminal);
        }
    }
}
