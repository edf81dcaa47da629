package dev.faultline.cli;

import java.util.OptionalInt;

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
    static final String NODE = "a node's name, as in ./faultline status";

    private ClusterCommands() {}

    @Command(description = "Starts the cluster, creates a small catalogue and places two orders.")
    static void up(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--port", paramLabel = "N", description = "the gateway's port; "
                    + "all others follow from it (default: the last one, at first 8080)") @Nullable Integer port) {
        Terminal terminal = output.terminal();
        new ClusterStart(option.cluster(), terminal).run(port == null ? OptionalInt.empty() : OptionalInt.of(port));
    }

    @Command(description = "Creates the ahead-of-time caches that up would create, and starts nothing.")
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
            terminal.line("Stopped. " + cluster.home() + " is deleted.");
        } else {
            cluster.down(terminal);
            terminal.line(ran ? "Stopped. The data is in " + cluster.home() + "; ./faultline up continues with it."
                    : "Nothing was running in " + cluster.home() + ".");
        }
    }

    @Command(description = "Shows every node: state, process, port, restarts, resident memory.")
    static void status(@Mixin Output output, @Mixin ClusterOption option) {
        Terminal terminal = output.terminal();
        LocalCluster cluster = option.cluster();
        if (!cluster.isRunning()) {
            terminal.line("No supervisor runs in " + cluster.home() + ". ./faultline up starts the cluster"
                    + (cluster.hasNodes() ? " and adopts the nodes that still run:" : "."));
        }
        if (cluster.isRunning() || cluster.hasNodes()) {
            new StatusTable(terminal).print(cluster);
        }
    }

    @Command(description = "Shows a node's log.")
    static void logs(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = "a node's name, or supervisor") String node,
            @Option(names = {"-f", "--follow"}, description = "continue until interrupted") boolean follow,
            @Option(names = "--json", description = "print lines as they were written") boolean json,
            @Option(names = {"-n", "--lines"}, paramLabel = "N", defaultValue = "100", description = "start N lines "
                    + "before the end (default: ${DEFAULT-VALUE})") int lines) {
        Terminal terminal = output.terminal();
        LocalCluster cluster = option.cluster();
        var tail = new LogTail(node.equals("supervisor") ? cluster.supervisorLog() : cluster.nodes().log(node));
        var text = new LogText(terminal);
        tail.read(lines, follow, line -> terminal.line(json ? line : text.readable(line)));
    }

    @Command(description = "Stops a node gracefully until it is started again.")
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

    @Command(description = "Restarts a node, or every instance of a service one after the other, from its present build.")
    static void restart(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE|SERVICE", description = "as in order-service-1 or order-service") String name,
            @Option(names = "--build", description = "build the service first, without tests") boolean build) {
        Terminal terminal = output.terminal();
        // The script ./faultline has built the service before this JVM started.
        option.cluster().nodes().restart(name, terminal);
    }
}
