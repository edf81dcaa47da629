package dev.faultline.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import dev.faultline.backing.FaultlineException;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.history.Anomaly;
import dev.faultline.verification.history.History;
import dev.faultline.verification.history.HistoryChecker;
import dev.faultline.verification.load.LoadOrders;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.prove.ProofRun;
import dev.faultline.verification.reading.HistoryReader;
import dev.faultline.verification.seed.Seeding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that load a cluster and check its guarantees. */
@Command
final class VerificationCommands {
    private VerificationCommands() {}

    @Command(description = "Places orders at a fixed rate (open loop) and measures their latency.")
    static int load(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--rate", paramLabel = "N", defaultValue = "50", description = "orders per second (default: "
                    + "${DEFAULT-VALUE})") int rate,
            @Option(names = "--seconds", paramLabel = "N", defaultValue = "30", description = "the duration (default: "
                    + "${DEFAULT-VALUE})") int seconds,
            @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "10", description = "load at the same "
                    + "rate before the measurement (default: ${DEFAULT-VALUE})") int warmUp,
            @Option(names = "--as", paramLabel = "CUSTOMER", description = "all orders are of this customer and sent "
                    + "with its own token: alice, bob or carol; the gateway limits it. Otherwise a shop, which has no "
                    + "limit, sends those of 10,000 customers") @Nullable String customer) {
        Terminal terminal = output.terminal();
        requireWithin("--rate", rate, 1, 10_000);
        requireWithin("--seconds", seconds, 1, 3_600);
        requireWithin("--warm-up", warmUp, 0, 600);
        var target = new LocalTarget(option.cluster());
        try (var platform = new PlatformClient(target.gatewayUrl(), target.credentials(), customer == null
                ? Credentials.SHOP
                : customer)) {
            var orders = customer == null ? new LoadOrders(platform, "load")
                    : LoadOrders.of(customer, platform, "load");
            return exitCode(new LoadRun(orders, terminal).run(rate, Duration.ofSeconds(warmUp),
                    Duration.ofSeconds(seconds)));
        }
    }

    @Command(description = {"Stores confirmed orders of the past in the databases, without placing them, with all that "
            + "belongs to them.",
        "For measurements on a platform that has been in use. An interrupted run is completed "
                + "by the next one."})
    static int seed(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--orders", paramLabel = "N", required = true, description = "how many there are to be "
                    + "in all") int orders) {
        requireWithin("--orders", orders, 1, 5_000_000);
        LocalCluster cluster = option.cluster();
        cluster.requireRunning();
        Terminal terminal = output.terminal();
        new Seeding(new LocalTarget(cluster), terminal).run(orders);
        terminal.line("The databases have %d seeded orders. To check more than 400,000 orders, give check more memory:"
                .formatted(orders) + " FAULTLINE_HEAP=5g ./faultline check");
        return ExitCode.OK;
    }

    @Command(description = "Waits until nothing is in flight, then checks every database, the acquirer's journal, the "
            + "dead-letter topics and the clients' journals for anomalies.")
    static int check(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "60", description = "the longest wait "
                    + "(default: ${DEFAULT-VALUE})") int waitSeconds) {
        Terminal terminal = output.terminal();
        requireWithin("--wait", waitSeconds, 0, 3_600);
        LocalCluster cluster = option.cluster();
        cluster.requireRunning();
        var reader = new HistoryReader(new LocalTarget(cluster));
        if (reader.awaitQuiescence(Duration.ofSeconds(waitSeconds), _ -> {}).isEmpty()) {
            terminal.line("After " + waitSeconds + " seconds, " + reader.inFlight()
                    + " checkouts, refunds, prepared transactions or moves of buckets are still in flight.");
        }
        History history = reader.read();
        List<Anomaly> anomalies = HistoryChecker.check(history);
        new CheckText(terminal).print(history, anomalies);
        return exitCode(anomalies.isEmpty());
    }

    @Command(description = {"Injects faults into every kind of node while clients place orders, then checks for "
            + "anomalies.", "Runs on a temporary cluster by default, or on the platform that runs in containers."})
    static int prove(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--target", paramLabel = "TARGET", defaultValue = "local", description = "where the platform is: "
                    + "local, or compose or k8s, where it has to run already and is kept (default: ${DEFAULT-VALUE})") String where,
            @Option(names = "--running", description = "use the running cluster, and keep it") boolean running,
            @Option(names = "--minutes", paramLabel = "N", defaultValue = "2", description = "the duration (default: "
                    + "${DEFAULT-VALUE})") int minutes,
            @Option(names = "--rate", paramLabel = "N", description = "orders per second (default: 20; 2 on compose and "
                    + "k8s)") @Nullable Integer rateOrDefault,
            @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "8", description = "the mean time between "
                    + "the starts of two faults (default: ${DEFAULT-VALUE})") int every,
            @Option(names = "--seed", paramLabel = "N", description = "the same seed gives the same schedule of faults "
                    + "(default: random)") @Nullable Long seed,
            @Option(names = "--only", paramLabel = "FAULT", split = ",", completionCandidates = FaultNames.class, description = "inject only these faults: ${COMPLETION-CANDIDATES}") @Nullable List<String> only,
            @Option(names = "--on", paramLabel = "NODE|ROLE", split = ",", description = "inject faults only into "
                    + "these, for example shard-1 or 'order-service leader'; the acquirer's always hit acquirer-simulator-1") @Nullable List<String> targets,
            @Option(names = "--standbys", arity = "0..1", fallbackValue = "sync", paramLabel = ClusterCommands.STANDBYS, description = "give the shards of "
                    + "the temporary cluster standbys: primaries and standbys are roles") @Nullable String standbys) {
        Terminal terminal = output.terminal();
        requireTarget(where);
        int rate = rateOrDefault != null ? rateOrDefault : where.equals("local") ? 20 : 2;
        requireWithin("--minutes", minutes, 1, 600);
        requireWithin("--rate", rate, 1, 1_000);
        requireWithin("--every", every, 1, 3_600);
        var plan = new ProofRun.Plan(seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed,
                Duration.ofMinutes(minutes), rate, Duration.ofSeconds(every), ProveCommand.kinds(only),
                targets == null ? List.of() : targets);
        LocalCluster cluster = option.cluster();
        Path directory = cluster.home().resolveSibling(".faultline-prove");
        var prove = new ProveCommand(terminal);
        if (!where.equals("local")) {
            if (standbys != null) {
                throw new FaultlineException("--standbys is for a temporary cluster. On compose, the full layout has"
                        + " standbys: see docs/containers.md.");
            }
            return exitCode(prove.onContainers(where, directory, plan));
        }
        if (running) {
            cluster.requireRunning();
        }
        if (running && standbys != null) {
            throw new FaultlineException("--standbys is for a temporary cluster. Give the running one standbys with"
                    + " ./faultline down and ./faultline up --standbys.");
        }
        return exitCode(running ? prove.on(cluster, cluster.home().resolve("proofs"), plan)
                : prove.onTemporaryCluster(directory, cluster, standbys == null ? null : ClusterCommands.mode(standbys),
                        plan));
    }

    private static void requireTarget(String where) {
        if (!List.of("local", "compose", "k8s").contains(where)) {
            throw new FaultlineException("Unknown target " + where + ". The targets are local, compose and k8s;"
                    + " --on names nodes and roles.");
        }
    }

    /** The names that {@code --only} accepts. */
    static final class FaultNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return FaultKind.ALL.stream().map(FaultKind::name).iterator();
        }
    }

    private static int exitCode(boolean success) {
        return success ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    static void requireWithin(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new FaultlineException(option + " must be from " + least + " to " + most + ", not " + value + ".");
        }
    }
}
