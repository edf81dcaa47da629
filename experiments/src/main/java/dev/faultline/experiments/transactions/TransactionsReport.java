package dev.faultline.experiments.transactions;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;
import dev.faultline.experiments.transactions.TransactionsResult.Run;
import dev.faultline.verification.report.Report;

/** A result as an HTML page and as JSON. */
public final class TransactionsReport {
    private final TransactionsResult result;

    private TransactionsReport(TransactionsResult result) {
        this.result = result;
    }

    /** @return the page; the JSON file has the same name with another extension */
    public static Path write(TransactionsResult result, Path directory, String name) {
        return Report.write(directory, name, "transactions", new TransactionsReport(result).body(), result);
    }

    private String body() {
        return """
                <h1 class="%s">%s <small>two-phase commit and a saga, seed %d</small></h1>
                <p>Measured %s on %d processors, %d s for each run. An order takes one unit of each of two products, on two shards; one order in twenty wants a second product that is sold out. %d connections to each shard.</p>
                <h2>How long a row is locked</h2>
                <p>The row of an order's first product, median in milliseconds.</p>
                %s
                <h2>Under load</h2>
                <p>Hot: the share of the orders whose first product is the same one. Half seen: orders that a reader saw with one product and not the other. Open: from a saga's first commit to its last.</p>
                <table><tr><th class=n>orders a second<th class=n>hot<th><th class=n>answered a second<th class=n>p50 ms<th class=n>p99 ms<th class=n>locked p50<th class=n>locked p99<th class=n>sold out<th class=n>compensated<th class=n>no answer<th class=n>half seen<th class=n>open p50<th class=n>open p99</tr>
                %s</table>
                <h2>A coordinator is killed halfway</h2>
                <p>Its order wants the only unit of a product. With two-phase commit it had prepared and not decided; as a saga it had taken the first product and not the second. Recovery takes it for dead after %.0f s. A line is a buyer of the same unit, from due to the end: green got it, violet was told that it is sold out, red was not answered.</p>
                %s
                <table><tr><th>%s</tr>
                %s</table>
                <h2>Checked at the end of each run</h2>
                %s
                """
                .formatted(result.verdict() == Verdict.HELD ? "good" : "bad", result.verdict().sentence(), result
                        .seed(), Report.escaped(result.began()), result.processors(), result.seconds(), result
                                .poolSize(), locks(), runs(), result.coordinatorTimeoutMs() / 1e3, charts(), result
                                        .kills().stream().map(kill -> "<th class=n>" + kill.protocol()).collect(
                                                Collectors.joining()), kills(), checks());
    }

    private String locks() {
        return BarChart.svg(result.runs().stream().map(run -> "%d/s, %d %% hot".formatted(run.rate(), run.hotPercent()))
                .distinct().map(title -> new BarChart.Group(title, result.runs().stream().filter(run -> title.equals(
                        "%d/s, %d %% hot".formatted(run.rate(), run.hotPercent()))).map(run -> new BarChart.Bar(run
                                .protocol(), run.locked().p50(), Spread.text(run.locked().p50()), colour(run
                                        .protocol()))).toList())).toList());
    }

    private static String colour(String protocol) {
        return protocol.equals(Kind.SAGA.title()) ? "var(--blue)" : "var(--violet)";
    }

    private String runs() {
        return result.runs().stream().map(TransactionsReport::row).collect(Collectors.joining());
    }

    private static String row(Run run) {
        return """
                <tr style='white-space:nowrap'><td class=n>%d<td class=n>%d %%<td>%s<td class=n>%.0f<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%s<td class=n>%d<td class=n>%d<td class=n>%d<td class=n>%d<td class=n>%s<td class=n>%s</tr>
                """
                .formatted(run.rate(), run.hotPercent(), run.protocol(), run.perSecond(), Spread.text(run.latency()
                        .p50()), Spread.text(run.latency().p99()), Spread.text(run.locked().p50()), Spread.text(run
                                .locked().p99()), run.soldOut(), run.compensations(), run.noAnswer(), run.seenHalf(),
                        open(run, run.open().p50()), open(run, run.open().p99()));
    }

    private static String open(Run run, double ms) {
        return run.open().count() == 0 ? "" : Spread.text(ms);
    }

    private String charts() {
        List<Kill> kills = result.kills();
        return kills.stream().map(kill -> "<h3>" + kill.protocol() + "</h3>" + KillChart.svg(kill, kills)).collect(
                Collectors.joining());
    }

    private String kills() {
        return KillFigures.of(result.kills()).stream().map(row -> "<tr><td>" + row.name().replace("  ",
                "&emsp;") + row.values().stream().map(value -> "<td class=n>" + value).collect(Collectors.joining())
                + "</tr>\n").collect(Collectors.joining());
    }

    private String checks() {
        return list("good", "Every unit is in stock or held by an order, nothing is oversold, every answer is true, and"
                + " every order has both products or none.", result.violations()) + list("bad",
                        "Control, says nothing: after a coordinator without any protocol was killed, nothing was wrong.",
                        result.control(),
                        "Control, as it must be: a coordinator without any protocol was killed, and the"
                                + " checker found:");
    }

    private static String list(String colour, String none, List<String> violations) {
        return list(colour, none, violations, "Violated:");
    }

    private static String list(String colour, String none, List<String> violations, String some) {
        return violations.isEmpty() ? "<p class=%s>%s</p>".formatted(colour, none) : "<p>" + some + "</p><ul>"
                + violations.stream().map(violation -> "<li>" + Report.escaped(violation)).collect(Collectors.joining())
                + "</ul>";
    }
}
