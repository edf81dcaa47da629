package dev.faultline.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.balancing.BalancingComparison;
import dev.faultline.experiments.balancing.BalancingReport;
import dev.faultline.experiments.balancing.BalancingResult;
import dev.faultline.experiments.concurrency.ConcurrencyComparison;
import dev.faultline.experiments.concurrency.ConcurrencyReport;
import dev.faultline.experiments.concurrency.ConcurrencyResult;
import dev.faultline.experiments.transactions.TransactionsComparison;
import dev.faultline.experiments.transactions.TransactionsReport;
import dev.faultline.experiments.transactions.TransactionsResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./faultline compare}. */
@Command(name = "compare", synopsisSubcommandLabel = "COMMAND", subcommands = HelpCommand.class, description = {
    "Compares ways to do the same thing, on servers that are started for it and deleted afterwards.",
    "Each comparison has a control that must go wrong; if it does not, the comparison says nothing."})
final class CompareCommand {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneId
            .systemDefault());
    private static final String EXIT_CODES = "Exit codes:%n";
    private static final String HELD = "0:every guarantee held, and the control went wrong";
    private static final String FAILED = "1:failed, a guarantee was violated, or the control did not go wrong";
    private static final String INVALID = "2:invalid command line";

    @Command(description = {
        "Reserves two products on two shards by two-phase commit and by a saga: at several rates and shares of orders that "
                + "want the same product, and while a coordinator is killed halfway (kill -9).",
        "Prints throughput, latency, how long rows are locked, compensations, and what the dead coordinator blocks, and "
                + "writes them to a page and a JSON file."}, exitCodeListHeading = EXIT_CODES, exitCodeList = {HELD,
                    FAILED, INVALID})
    int transactions(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--rates", paramLabel = "N", split = ",", defaultValue = "200,1000", description = "orders per "
                    + "second (default: ${DEFAULT-VALUE})") List<Integer> rates,
            @Option(names = "--hot", paramLabel = "PERCENT", split = ",", defaultValue = "0,50,100", description = "how "
                    + "many of a hundred orders want the same product (default: ${DEFAULT-VALUE})") List<Integer> hot,
            @Option(names = "--seconds", paramLabel = "N", defaultValue = "2", description = "the duration of a run; there "
                    + "are two for each rate and share (default: ${DEFAULT-VALUE})") int seconds,
            @Option(names = "--seed", paramLabel = "N", description = "the same seed gives the same orders (default: "
                    + "random)") @Nullable Long seed) {
        rates.forEach(rate -> VerificationCommands.requireWithin("--rates", rate, 1, 5_000));
        hot.forEach(percent -> VerificationCommands.requireWithin("--hot", percent, 0, 100));
        VerificationCommands.requireWithin("--seconds", seconds, 1, 600);
        requireDistinct("--rates", rates);
        requireDistinct("--hot", hot);
        Terminal terminal = output.terminal();
        var plan = new TransactionsComparison.Plan(rates, hot, Duration.ofSeconds(seconds), seed == null
                ? ThreadLocalRandom.current().nextInt(1_000_000) : seed);
        try (var _ = interruptNotice(terminal)) {
            TransactionsResult result = TransactionsComparison.run(directory(option), plan, terminal);
            Path page = TransactionsReport.write(result, directory(option), name("transactions"));
            new CompareText(terminal).print(result);
            return finish(terminal, result.verdict(), page);
        }
    }

    @Command(description = {
        "Sells the stock of one product to buyers who come at once: by select for update, by a version column, by MVCC with "
                + "retries, and by a conditional update. The controls, which must oversell, read and then write.",
        "Prints what was sold and oversold, throughput, latency and retries, and writes them to a page and a JSON "
                + "file."}, exitCodeListHeading = EXIT_CODES, exitCodeList = {HELD, FAILED, INVALID})
    int concurrency(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--buyers", paramLabel = "N", split = ",", defaultValue = "4,16,64", description = "how many "
                    + "buy at once, at least 2 (default: ${DEFAULT-VALUE})") List<Integer> buyers,
            @Option(names = "--stock", paramLabel = "N", defaultValue = "1000", description = "units of each sale "
                    + "(default: ${DEFAULT-VALUE})") int stock,
            @Option(names = "--seconds", paramLabel = "N", defaultValue = "5", description = "the longest that a sale may "
                    + "take (default: ${DEFAULT-VALUE})") int seconds) {
        buyers.forEach(number -> VerificationCommands.requireWithin("--buyers", number, 2, 100));
        VerificationCommands.requireWithin("--stock", stock, 100, 1_000_000);
        VerificationCommands.requireWithin("--seconds", seconds, 1, 600);
        requireDistinct("--buyers", buyers);
        Terminal terminal = output.terminal();
        var plan = new ConcurrencyComparison.Plan(buyers, stock, Duration.ofSeconds(seconds));
        try (var _ = interruptNotice(terminal)) {
            ConcurrencyResult result = ConcurrencyComparison.run(directory(option), plan, terminal);
            Path page = ConcurrencyReport.write(result, directory(option), name("concurrency"));
            new CompareText(terminal).print(result);
            return finish(terminal, result.verdict(), page);
        }
    }

    @Command(description = {
        "Sends the same requests through the gateway under each of its load-balancing policies, to three instances: equal, "
                + "one of them ten times slower, and one that accepts requests and does not answer. The control is round "
                + "robin, which must be worse than least in flight.",
        "Prints each instance's share, latency and errors, and writes them to a page and a JSON "
                + "file."}, exitCodeListHeading = EXIT_CODES, exitCodeList = {HELD, FAILED, INVALID})
    int balancing(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--rate", paramLabel = "N", defaultValue = "300", description = "requests per second, of which "
                    + "the slow instance can handle 40 (default: ${DEFAULT-VALUE})") int rate,
            @Option(names = "--seconds", paramLabel = "N", defaultValue = "2", description = "the duration of a run; there "
                    + "are three for each policy (default: ${DEFAULT-VALUE})") int seconds) {
        VerificationCommands.requireWithin("--rate", rate, 150, 600);
        VerificationCommands.requireWithin("--seconds", seconds, 1, 60);
        Terminal terminal = output.terminal();
        var plan = new BalancingComparison.Plan(rate, Duration.ofSeconds(seconds));
        try (var _ = interruptNotice(terminal)) {
            BalancingResult result = BalancingComparison.run(option.cluster(), directory(option), plan, terminal);
            Path page = BalancingReport.write(result, directory(option), name("balancing"));
            new CompareText(terminal).print(result);
            return finish(terminal, result.verdict(), page);
        }
    }

    private static int finish(Terminal terminal, Verdict verdict, Path page) {
        terminal.line(terminal.coloured(verdict == Verdict.HELD ? Terminal.Colour.GREEN : Terminal.Colour.RED, verdict
                .sentence() + "."));
        terminal.line("Report: " + page);
        return verdict == Verdict.HELD ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static InterruptNotice interruptNotice(Terminal terminal) {
        return new InterruptNotice(terminal, () -> "Interrupted; nothing is written. The servers are being deleted.");
    }

    private static void requireDistinct(String option, List<Integer> values) {
        if (values.stream().distinct().count() < values.size()) {
            throw new FaultlineException(option + " has a value twice: " + values + ".");
        }
    }

    private static Path directory(ClusterOption option) {
        return option.cluster().home().resolveSibling(".faultline-compare");
    }

    private static String name(String what) {
        return what + "-" + NAME.format(Instant.now());
    }
}
