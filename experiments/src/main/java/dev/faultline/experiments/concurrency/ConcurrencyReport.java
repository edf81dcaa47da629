package dev.faultline.experiments.concurrency;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import dev.faultline.verification.report.Report;

/** A result as an HTML page and as JSON. */
public final class ConcurrencyReport {
    private final ConcurrencyResult result;

    private ConcurrencyReport(ConcurrencyResult result) {
        this.result = result;
    }

    /** @return the page; the JSON file has the same name with another extension */
    public static Path write(ConcurrencyResult result, Path directory, String name) {
        return Report.write(directory, name, "concurrency", new ConcurrencyReport(result).body(), result);
    }

    private String body() {
        return """
                <h1 class="%s">%s <small>%d units, %d strategies</small></h1>
                <p>Measured %s on %d processors. Buyers buy one unit after the other until everything is sold, for %d s at most. In grey: the controls, which must sell what is not there; if one did not, the sales with as many buyers would say nothing.</p>
                <h2>Units sold a second</h2>
                %s
                <h2>Figures</h2>
                <p>Counted: the stock is what was received less the rows of the sales, so that there is no row to conflict on; of each product there are ten units.</p>
                <table><tr><th class=n>buyers<th>strategy<th>isolation<th class=n>sold<th class=n>oversold<th class=n>a second<th class=n>p50 ms<th class=n>p99 ms<th class=n>retries a unit</tr>
                %s</table>
                """
                .formatted(result.verdict() == Verdict.HELD ? "good" : "bad", result.verdict().sentence(), result
                        .stock(), Strategy.values().length, Report.escaped(result.began()), result.processors(), result
                                .seconds(), chart(result), rows());
    }

    /** Units sold a second, by the number of buyers and the strategy, as SVG. */
    static String chart(ConcurrencyResult result) {
        return BarChart.svg(result.sales().stream().map(ConcurrencyResult.Sale::buyers).distinct().map(
                buyers -> new BarChart.Group(buyers + " buyers", result.sales().stream().filter(sale -> sale
                        .buyers() == buyers).map(ConcurrencyReport::bar).toList())).toList());
    }

    private static BarChart.Bar bar(ConcurrencyResult.Sale sale) {
        boolean isControl = sale.strategy().isControl();
        return new BarChart.Bar(sale.strategy().title(), sale.perSecond(), "%.0f".formatted(sale.perSecond())
                + (sale.oversold() > 0 ? ", " + sale.oversold() + " oversold" : ""), isControl ? "var(--rule)"
                        : sale.isWrong() ? "var(--bad)" : "var(--blue)");
    }

    private String rows() {
        List<ConcurrencyResult.Sale> sales = result.sales();
        return sales.stream().map(sale -> """
                <tr><td class=n>%d<td>%s%s<td>%s<td class=n>%d<td class="n%s">%d<td class=n>%.0f<td class=n>%s<td class=n>%s<td class=n>%.2f</tr>
                """.formatted(sale.buyers(), Report.escaped(sale.strategy().title()), sale.strategy().isControl()
                ? " (control)" : "", sale.strategy().isolation(), sale.sold(), sale.oversold() > 0 ? " bad" : "", sale
                        .oversold(), sale.perSecond(), Spread.text(sale.latency().p50()), Spread.text(sale.latency()
                                .p99()), sale.retriesPerUnit())).collect(Collectors.joining());
    }
}
