package dev.faultline.local.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.client.Order;
import dev.faultline.local.client.PlaceOrder;
import dev.faultline.local.client.Platform;
import dev.faultline.local.deadletters.DeadLetters;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.Proof;
import dev.faultline.local.proof.history.Anomaly;
import dev.faultline.local.proof.history.History;
import dev.faultline.local.proof.history.Observed;
import dev.faultline.local.proof.reading.Observation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./faultline}, a method for each command. Exit code 0 is done, 1 failed, 2 not understood. */
@Command(name = "./faultline", synopsisSubcommandLabel = "COMMAND", subcommands = HelpCommand.class, description = {
    "Runs the whole platform on this machine without Docker: real PostgreSQL, real Kafka, real Consul and every "
            + "service, each a process of its own."}, footer = {"", "The cluster's state is in .faultline beside "
                    + "this script; --home or FAULTLINE_HOME name another directory."})
public final class Faultline {
    private static final String NODE = "a node's name, as in ./faultline status";

    private final Terminal terminal;

    private Faultline(Terminal terminal) {
        this.terminal = terminal;
    }

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // one form of numbers, in English text and in SVG
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(commandLine(out, err).execute(arguments));
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        return commandLine(out, err, option -> {
            LocalCluster cluster = option.cluster();
            cluster.requireRunning();
            return new DeadLetters(cluster.kafkaBootstrapServers());
        });
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err,
            Function<ClusterOption, DeadLetters> deadLetters) {
        Terminal terminal = Terminal.of(out);
        var commands = new CommandLine(new Faultline(terminal))
                .addSubcommand(new DeadLetterCommands(terminal, deadLetters));
        // As they are needed, not by the alphabet.
        for (String name : List.of("up", "status", "order", "orders", "watch", "load", "check", "prove",
                "dead-letters", "logs", "kill", "pause", "resume", "stop", "start", "down", "train", "help")) {
            commands.getCommandSpec().addSubcommand(name, commands.getCommandSpec().removeSubcommand(name));
        }
        addHelpOption(commands);
        return commands.setOut(out).setErr(err).setUsageHelpWidth(100)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    if (failure instanceof RefusedException) {
                        err.println("faultline: " + failure.getMessage());
                    } else if (failure.getCause() instanceof OutOfMemoryError) {
                        err.println("faultline: that is more than fits into the %d MiB of memory it may use."
                                .formatted(Runtime.getRuntime().maxMemory() >> 20)
                                + " Give it more: FAULTLINE_HEAP=4g ./faultline …");
                    } else {
                        err.println("faultline: failed in a way that was not foreseen:");
                        failure.printStackTrace(err);
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }

    private static void addHelpOption(CommandLine commands) {
        commands.getSubcommands().values().stream().filter(command -> !command.getCommandSpec().helpCommand())
                .forEach(command -> {
                    command.getCommandSpec().addOption(OptionSpec.builder("-h", "--help").usageHelp(true)
                            .description("shows this").build());
                    addHelpOption(command);
                });
    }

    @Command(description = "Starts the cluster, fills a small catalogue and places two orders.")
    void up(@Mixin ClusterOption option,
            @Option(names = "--port", paramLabel = "N", description = "the gateway's port; "
                    + "all others are computed from it (default: as the last time, at first 8080)") @Nullable Integer port) {
        new BringingUp(option.cluster(), terminal).run(port == null ? OptionalInt.empty() : OptionalInt.of(port));
    }

    @Command(description = "Makes the ahead-of-time caches that up would make, and starts nothing.")
    void train(@Mixin ClusterOption option) {
        option.cluster().train(terminal).forEach(directory -> terminal.line(directory.toString()));
    }

    @Command(description = "Stops every node and the supervisor; the data stays.")
    void down(@Mixin ClusterOption option, @Option(names = "--wipe", description = "and delete the cluster's directory "
            + "with all its data") boolean wipe) {
        LocalCluster cluster = option.cluster();
        boolean ran = cluster.isRunning() || cluster.hasNodes();
        if (wipe) {
            cluster.wipe(terminal);
            terminal.line("Stopped, and " + cluster.home() + " is deleted.");
        } else {
            cluster.down(terminal);
            terminal.line(ran ? "Stopped. The data stays in " + cluster.home() + "; ./faultline up goes on with it."
                    : "Nothing was running in " + cluster.home() + ".");
        }
    }

    @Command(description = "Shows the nodes: state, process, port, restarts, resident memory.")
    void status(@Mixin ClusterOption option) {
        LocalCluster cluster = option.cluster();
        if (!cluster.isRunning()) {
            terminal.line("No supervisor runs in " + cluster.home() + ". ./faultline up starts the cluster"
                    + (cluster.hasNodes() ? ", and adopts the nodes that still run:" : "."));
        }
        if (cluster.isRunning() || cluster.hasNodes()) {
            new StatusTable(terminal).print(cluster);
        }
    }

    @Command(description = "Shows what a node has written.")
    void logs(@Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = "a node's name, or supervisor") String node,
            @Option(names = {"-f", "--follow"}, description = "go on until interrupted") boolean follow,
            @Option(names = "--json", description = "as it was written") boolean json,
            @Option(names = {"-n", "--lines"}, paramLabel = "N", defaultValue = "100", description = "begin N lines "
                    + "before the end (default: ${DEFAULT-VALUE})") int lines) {
        var tail = new LogTail(option.cluster().log(node));
        var text = new LogText(terminal);
        tail.read(lines, follow, line -> terminal.line(json ? line : text.readable(line)));
    }

    @Command(description = "Places an order and shows its way.", footer = {"",
        "card-visa, card-mastercard and sepa-debit "
                + "are charged; card-declined and card-expired are not. TIME-MACHINE is never in stock."})
    void order(@Mixin ClusterOption option,
            @Option(names = "--sku", defaultValue = "COFFEE-1KG", description = "what to buy (default: "
                    + "${DEFAULT-VALUE})") String sku,
            @Option(names = "--quantity", paramLabel = "N", defaultValue = "1", description = "how many (default: "
                    + "${DEFAULT-VALUE})") int quantity,
            @Option(names = "--customer", defaultValue = "alice", description = "who buys (default: "
                    + "${DEFAULT-VALUE})") String customer,
            @Option(names = "--payment-method", paramLabel = "METHOD", defaultValue = "card-visa", description = "how it "
                    + "is paid (default: ${DEFAULT-VALUE})") String paymentMethod,
            @Option(names = "--key", description = "the idempotency key: the same key is the same order (default: a new "
                    + "one)") @Nullable String key,
            @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "10", description = "how long to wait for "
                    + "its end, 10 at most (default: ${DEFAULT-VALUE})") int waitSeconds) {
        try (var platform = new Platform(option.cluster().gatewayUrl())) {
            var wish = new PlaceOrder(customer, paymentMethod, List.of(new Order.Line(sku, quantity)));
            new OrderText(terminal).whole(platform.place(wish, key == null ? UUID.randomUUID().toString() : key,
                    Duration.ofSeconds(waitSeconds)));
        }
    }

    @Command(description = "Lists a customer's orders.")
    void orders(@Mixin ClusterOption option,
            @Option(names = "--customer", defaultValue = "alice", description = "whose (default: ${DEFAULT-VALUE})") String customer,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "at most so many, 100 at most "
                    + "(default: ${DEFAULT-VALUE})") int limit) {
        try (var platform = new Platform(option.cluster().gatewayUrl())) {
            List<Order> orders = platform.orders(customer, limit);
            if (orders.isEmpty()) {
                terminal.line(customer + " has no orders. Place one: ./faultline order --customer " + customer);
            }
            orders.forEach(new OrderText(terminal)::listed);
        }
    }

    @Command(description = "Follows an order until it has come to its end.")
    void watch(@Mixin ClusterOption option,
            @Parameters(paramLabel = "ORDER", description = "the order's id") String id) {
        try (var platform = new Platform(option.cluster().gatewayUrl())) {
            new OrderText(terminal).follow(() -> platform.order(id));
        }
    }

    @Command(description = "Places orders at a steady rate, whether or not the platform keeps up, and measures them.")
    int load(@Mixin ClusterOption option,
            @Option(names = "--rate", paramLabel = "N", defaultValue = "50", description = "orders a second (default: "
                    + "${DEFAULT-VALUE})") int rate,
            @Option(names = "--seconds", paramLabel = "N", defaultValue = "30", description = "how long (default: "
                    + "${DEFAULT-VALUE})") int seconds,
            @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "10", description = "as much load before "
                    + "that, which is not counted (default: ${DEFAULT-VALUE})") int warmUp) {
        requireWithin("--rate", rate, 1, 10_000);
        requireWithin("--seconds", seconds, 1, 3_600);
        requireWithin("--warm-up", warmUp, 0, 600);
        try (var platform = new Platform(option.cluster().gatewayUrl())) {
            boolean flawless = new Load(platform, terminal).run(rate, Duration.ofSeconds(warmUp),
                    Duration.ofSeconds(seconds));
            return flawless ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    @Command(description = "Waits until nothing is under way, then checks that every promise was kept: by every "
            + "database, the acquirer's journal, Kafka's dead letters and what clients were told.")
    int check(@Mixin ClusterOption option,
            @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "60", description = "how long to wait for "
                    + "that at most (default: ${DEFAULT-VALUE})") int waitSeconds) {
        requireWithin("--wait", waitSeconds, 0, 3_600);
        LocalCluster cluster = option.cluster();
        cluster.requireRunning();
        var observation = new Observation(cluster);
        if (observation.awaitRest(Duration.ofSeconds(waitSeconds), _ -> {}).isEmpty()) {
            terminal.line("After " + waitSeconds + " seconds " + observation.underWay()
                    + " checkouts, refunds or prepared transactions are still under way.");
        }
        Observed observed = observation.look();
        List<Anomaly> anomalies = History.anomaliesOf(observed);
        new Verdict(terminal).print(observed, anomalies);
        return anomalies.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    @Command(description = {"Breaks every kind of node while clients order, and proves that every promise is kept.",
        "On a cluster of its own, which is deleted afterwards."})
    int prove(@Mixin ClusterOption option,
            @Option(names = "--running", description = "on the running cluster instead, whose orders stay") boolean running,
            @Option(names = "--minutes", paramLabel = "N", defaultValue = "2", description = "how long to order (default: "
                    + "${DEFAULT-VALUE})") int minutes,
            @Option(names = "--rate", paramLabel = "N", defaultValue = "20", description = "orders a second (default: "
                    + "${DEFAULT-VALUE})") int rate,
            @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "8", description = "the mean time from one "
                    + "fault to the next (default: ${DEFAULT-VALUE})") int every,
            @Option(names = "--seed", paramLabel = "N", description = "the same seed is the same schedule of faults "
                    + "(default: any)") @Nullable Long seed,
            @Option(names = "--only", paramLabel = "KIND", split = ",", description = "only faults of these kinds: kill, "
                    + "pause, acquirer-slow, acquirer-failing, acquirer-timeout") @Nullable List<String> only) {
        requireWithin("--minutes", minutes, 1, 600);
        requireWithin("--rate", rate, 1, 1_000);
        requireWithin("--every", every, 1, 3_600);
        var plan = new Proof.Plan(seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed,
                Duration.ofMinutes(minutes), rate, Duration.ofSeconds(every), Prove.kinds(only));
        LocalCluster cluster = option.cluster();
        if (running) {
            cluster.requireRunning();
        }
        var prove = new Prove(terminal);
        boolean proven = running ? prove.on(cluster, cluster.home().resolve("proofs"), plan)
                : prove.onItsOwn(cluster.home().resolveSibling(".faultline-prove"), plan);
        return proven ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    @Command(description = "Freezes a node, which is not dead then, and does not answer.")
    void pause(@Mixin ClusterOption option, @Parameters(paramLabel = "NODE", description = NODE) String node) {
        option.cluster().pause(node);
        terminal.line(node + " stands still until ./faultline resume " + node + ".");
    }

    @Command(description = "Lets a frozen node go on.")
    void resume(@Mixin ClusterOption option, @Parameters(paramLabel = "NODE", description = NODE) String node) {
        option.cluster().resume(node);
        terminal.line(node + " goes on.");
    }

    private static void requireWithin(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new RefusedException(option + " is " + value + "; it must be from " + least + " to " + most + ".");
        }
    }

    @Command(description = "Ends a node in good order and leaves it so.")
    void stop(@Mixin ClusterOption option, @Parameters(paramLabel = "NODE", description = NODE) String node) {
        option.cluster().stop(node);
        terminal.line(node + " is being stopped, and stays so until ./faultline start " + node + ".");
    }

    @Command(description = "Lets a stopped node run again.")
    void start(@Mixin ClusterOption option, @Parameters(paramLabel = "NODE", description = NODE) String node) {
        option.cluster().start(node);
        terminal.line(node + " may run again. See ./faultline status.");
    }

    @Command(description = "Kills a node's process; its supervisor starts it again.")
    void kill(@Mixin ClusterOption option, @Parameters(paramLabel = "NODE", description = NODE) String node,
            @Option(names = "--signal", paramLabel = "NAME", defaultValue = "KILL", description = "another signal, such as "
                    + "STOP and CONT, which freeze a node and let it go on (default: ${DEFAULT-VALUE})") String signal) {
        String name = signal.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "").replaceFirst("^9$", "KILL");
        long pid = option.cluster().kill(node, name);
        terminal.line(node + ", process " + pid + ", was sent " + name + ".");
    }
}
