package dev.faultline.cli;

import java.util.List;
import java.util.stream.Collectors;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.balancing.BalancingResult;
import dev.faultline.experiments.concurrency.ConcurrencyResult;
import dev.faultline.experiments.transactions.KillFigures;
import dev.faultline.experiments.transactions.TransactionsResult;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;
import dev.faultline.experiments.transactions.TransactionsResult.Run;

/** Prints the tables of comparisons. Times are in milliseconds. */
final class CompareText {
    private static final int VIOLATIONS = 10;

    private final Terminal terminal;

    CompareText(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(TransactionsResult result) {
        terminal.line("");
        terminal.line("Two products on two shards, seed %d, %d s a run. Times in ms.".formatted(result.seed(), result
                .seconds()));
        terminal.line("%6s %5s  %-16s %10s %7s %7s %11s %11s %8s %10s %10s %9s".formatted("RATE", "HOT", "PROTOCOL",
                "ANSWERED/S", "P50", "P99", "LOCKED P50", "LOCKED P99", "ABORTED", "NO ANSWER", "HALF SEEN",
                "OPEN P99"));
        result.runs().forEach(run -> terminal.line(line(run)));
        terminal.line("");
        terminal.line("%-34s %20s %20s".formatted("A COORDINATOR IS KILLED HALFWAY", protocol(result, 0), protocol(
                result, 1)));
        KillFigures.of(result.kills()).forEach(row -> terminal.line("%-34s %s".formatted(row.name(), row.values()
                .stream().map("%20s"::formatted).collect(Collectors.joining(" ")))));
        terminal.line("");
        violations("Violated: ", result.violations());
        violations("Control, two local commits, its coordinator killed: ", result.control());
    }

    private static String line(Run run) {
        return "%6d %4d%%  %-16s %10.0f %7s %7s %11s %11s %8d %10d %10d %9s".formatted(run.rate(), run.hotPercent(),
                run.protocol(), run.perSecond(), Spread.text(run.latency().p50()), Spread.text(run.latency().p99()),
                Spread.text(run.locked().p50()), Spread.text(run.locked().p99()), run.soldOut(), run.noAnswer(), run
                        .seenHalf(), run.open().count() == 0 ? "" : Spread.text(run.open().p99()));
    }

    private static String protocol(TransactionsResult result, int column) {
        return result.kills().stream().skip(column).findFirst().map(Kill::protocol).orElse("");
    }

    private void violations(String what, List<String> violations) {
        violations.stream().limit(VIOLATIONS).forEach(violation -> terminal.line(what + violation));
        if (violations.size() > VIOLATIONS) {
            terminal.line("… and " + (violations.size() - VIOLATIONS) + " more");
        }
    }

    void print(ConcurrencyResult result) {
        terminal.line("");
        terminal.line("%d units of one product. Times in ms.".formatted(result.stock()));
        terminal.line("%6s  %-30s %-16s %7s %9s %9s %7s %7s %13s".formatted("BUYERS", "STRATEGY", "ISOLATION", "SOLD",
                "OVERSOLD", "SOLD/S", "P50", "P99", "RETRIES/UNIT"));
        result.sales().forEach(sale -> terminal.line(line(sale)));
        terminal.line("");
        result.violations().forEach(sale -> terminal.line("Violated: %s, %d buyers: %d sold, %d taken from the stock"
                .formatted(sale.strategy().title(), sale.buyers(), sale.sold(), sale.taken())));
        result.silentControls().forEach(sale -> terminal.line("The control \"%s\" oversold nothing with %d buyers"
                .formatted(sale.strategy().title(), sale.buyers())));
    }

    void print(BalancingResult result) {
        terminal.line("");
        terminal.line("%d requests/s for %d s under each policy, to three instances. Shares in percent, times in ms."
                .formatted(result.perSecond(), result.seconds()));
        terminal.line("%-9s %-16s %10s %10s %10s %7s %7s %8s %7s".formatted("SCENARIO", "POLICY", "INSTANCE 1",
                "INSTANCE 2", "INSTANCE 3", "P50", "P99", "OVER 1 S", "ERRORS"));
        result.runs().forEach(run -> terminal.line(line(run)));
        terminal.line("");
        result.findings().forEach(finding -> terminal.line(finding.sentence()));
        terminal.line("");
    }

    private String line(BalancingResult.Run run) {
        String errors = "%7d".formatted(run.errors());
        return "%-9s %-16s %s %7s %7s %8d %s".formatted(run.scenario().shortTitle(), run.policy(),
                run.shares().stream().map(share -> "%10.0f".formatted(share * 100)).collect(Collectors.joining(" ")),
                Spread.text(run.latency().p50()), Spread.text(run.latency().p99()), run.waited(), run.errors() > 0
                        ? terminal.coloured(Terminal.Colour.RED, errors) : errors);
    }

    private String line(ConcurrencyResult.Sale sale) {
        String oversold = "%9d".formatted(sale.oversold());
        return "%6d  %-30s %-16s %7d %s %9.0f %7s %7s %13.2f%s".formatted(sale.buyers(), sale.strategy().title(), sale
                .strategy().isolation(), sale.sold(), sale.oversold() > 0 ? terminal.coloured(Terminal.Colour.RED,
                        oversold) : oversold, sale.perSecond(), Spread.text(sale.latency().p50()), Spread.text(sale
                                .latency().p99()), sale.retriesPerUnit(), notes(sale));
    }

    private static String notes(ConcurrencyResult.Sale sale) {
        return (sale.strategy().isControl() ? "  control" : "") + (sale.isUnfinished() ? "  out of time" : "");
    }
}
