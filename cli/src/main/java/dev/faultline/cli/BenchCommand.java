package dev.faultline.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.faultline.backing.FaultlineException;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.bench.BenchReport;
import dev.faultline.verification.bench.BenchResult;
import dev.faultline.verification.bench.BenchRun;
import dev.faultline.verification.bench.Variation;
import dev.faultline.verification.bench.VariationResult;
import dev.faultline.verification.report.Report;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./faultline bench}. */
@Command(name = "bench", description = {
    "Finds the highest rate at which every order is confirmed and p99 is under a second, and measures what an order "
            + "costs at a quarter, at half and at all of it.",
    "It prints latency, CPU time and context switches by process, database work, messages and memory, and writes them "
            + "with their curves to a page and a JSON file.",
    "Runs on a temporary cluster by default. Nothing else should use the machine meanwhile."}, exitCodeListHeading = "Exit codes:%n", exitCodeList = {
        "0:measured, and every order of the measurements was confirmed",
        "1:failed, or an order of the measurements was not confirmed",
        "2:invalid command line"})
final class BenchCommand implements Callable<Integer> {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId
            .systemDefault());

    @Mixin private final Output output = new Output();
    @Mixin private final ClusterOption option = new ClusterOption();
    @Option(names = "--running", description = "use the running cluster, and keep it") private boolean running;
    @Option(names = "--rate", paramLabel = "N", description = "orders per second, instead of the search for the "
            + "highest rate") private @Nullable Integer rate;
    @Option(names = "--max-rate", paramLabel = "N", defaultValue = "2000", description = "search up to this rate "
            + "(default: ${DEFAULT-VALUE})") private int maxRate;
    @Option(names = "--seconds", paramLabel = "N", defaultValue = "20", description = "the duration of a measurement "
            + "(default: ${DEFAULT-VALUE})") private int seconds;
    @Option(names = "--trial", paramLabel = "SECONDS", defaultValue = "15", description = "the duration of a trial of "
            + "the search (default: ${DEFAULT-VALUE})") private int trial;
    @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "60", description = "load before everything "
            + "else, at --rate or 50 orders per second (default: ${DEFAULT-VALUE})") private int warmUp;
    @Option(names = "--compare", paramLabel = "FILE", description = "also print the ratios to an earlier run, by its "
            + "JSON file") private @Nullable Path compare;
    @Option(names = "--vary", paramLabel = "NAME=A,B", description = "compare values of an environment variable, a "
            + "Spring property or a JVM option of the services, at --rate, each run on a new temporary cluster; for "
            + "example faultline.messaging.outbox.batch-interval=20ms,50ms or "
            + "-XX:TieredStopAtLevel=1,4") private @Nullable String vary;
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "2", description = "with --vary: runs with each value, "
            + "in turn (default: ${DEFAULT-VALUE})") private int rounds;

    @Override
    public Integer call() {
        validate();
        Terminal terminal = output.terminal();
        LocalCluster cluster = option.cluster();
        var plan = new BenchRun.Plan(rate == null ? 0 : rate, maxRate, Duration.ofSeconds(warmUp), Duration.ofSeconds(
                trial), Duration.ofSeconds(seconds));
        Path directory = cluster.home().resolveSibling(".faultline-bench");
        var temporary = new TemporaryCluster("bench", directory, cluster, terminal);
        if (vary != null) {
            return vary(Variation.parse(vary), plan, temporary, directory, terminal);
        }
        BenchResult earlier = compare == null ? null : BenchResult.read(compare);
        if (running) {
            cluster.requireRunning();
        }
        BenchResult result = running ? measure(cluster, plan, terminal)
                : temporary.run(Map.of(), started -> measure(started, plan, terminal));
        Path page = BenchReport.write(result, running ? cluster.home().resolve("bench") : directory, name("bench"));
        var text = new BenchText(terminal);
        text.print(result);
        if (earlier != null) {
            text.printRatios(result, earlier);
        }
        terminal.line("");
        terminal.line("Report: " + page);
        return result.allConfirmed() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void validate() {
        VerificationCommands.requireWithin("--max-rate", maxRate, 1, 10_000);
        VerificationCommands.requireWithin("--seconds", seconds, 5, 3_600);
        VerificationCommands.requireWithin("--trial", trial, 5, 3_600);
        VerificationCommands.requireWithin("--warm-up", warmUp, 0, 600);
        VerificationCommands.requireWithin("--rounds", rounds, 1, 20);
        if (rate != null) {
            VerificationCommands.requireWithin("--rate", rate, 1, 10_000);
        }
        if (vary != null && rate == null) {
            throw new FaultlineException("--vary compares at one rate: specify it with --rate.");
        }
        if (vary != null && (running || compare != null)) {
            throw new FaultlineException("--vary starts a temporary cluster for each run and compares these: omit "
                    + (running ? "--running." : "--compare."));
        }
    }

    private BenchResult measure(LocalCluster cluster, BenchRun.Plan plan, Terminal terminal) {
        var run = new BenchRun(cluster, terminal);
        try (var _ = new InterruptNotice(terminal, () -> "Interrupted; nothing is written. Not finished: " + String
                .join(", ", run.unfinished()) + (running ? ". The cluster keeps running."
                        : ". The temporary cluster is being deleted."))) {
            return run.run(plan);
        }
    }

    private int vary(Variation variation, BenchRun.Plan plan, TemporaryCluster temporary, Path directory,
            Terminal terminal) {
        var began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        var unfinished = new ConcurrentLinkedQueue<String>();
        for (int round = 1; round <= rounds; round++) {
            unfinished.addAll(variation.values());
        }
        var runs = new ArrayList<VariationResult.Run>();
        try (var _ = new InterruptNotice(terminal, () -> "Interrupted; nothing is written. Not finished: the runs with "
                + String.join(", ", unfinished) + ".")) {
            for (String value : List.copyOf(unfinished)) {
                terminal.report("run", variation.name() + "=" + value);
                runs.add(new VariationResult.Run(value, temporary.run(variation.environment(value),
                        cluster -> new BenchRun(cluster, terminal).measureOnce(plan))));
                unfinished.remove();
            }
        }
        var result = new VariationResult(began, variation.name(), plan.rate(), seconds, runs);
        Path file = Report.writeJson(directory, name("vary"), result);
        new BenchText(terminal).print(result);
        terminal.line("");
        terminal.line("Result: " + file);
        return result.allConfirmed() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static String name(String what) {
        return what + "-" + NAME.format(Instant.now());
    }
}
