package dev.faultline.experiments.balancing;

import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.balancing.BalancingResult.Run;
import dev.faultline.verification.report.Report;

/** A result as an HTML page and as JSON. */
public final class BalancingReport {
    private final BalancingResult result;

    private BalancingReport(BalancingResult result) {
        this.result = result;
    }

    /** @return the page; the JSON file has the same name with another extension */
    public static Path write(BalancingResult result, Path directory, String name) {
        return Report.write(directory, name, "balancing", new BalancingReport(result).body(), result);
    }

    private String body() {
        return """
                <h1 class="%s">%s <small>%d requests/s for %d s under each policy</small></h1>
                <p>Measured %s on %d processors, through the real gateway. Each instance handles four requests at a time, in 10 ms. The third is ten times slower in one scenario, and accepts requests without an answer in another. In grey: round robin, which is the control there. In red: clients saw errors.</p>
                <ul>%s</ul>
                <h2>99th percentile, in ms</h2>
                %s
                <h2>Share of the third instance, in percent</h2>
                %s
                <h2>Figures</h2>
                <table><tr><th>policy<th class=n>instance 1<th class=n>2<th class=n>3<th class=n>p50 ms<th class=n>p99 ms<th class=n>over 1 s<th class=n>errors</tr>
                %s</table>
                """
                .formatted(result.verdict() == Verdict.HELD ? "good" : "bad", result.verdict().sentence(), result
                        .perSecond(), result.seconds(), Report.escaped(result.began()), result.processors(), result
                                .findings().stream().map(finding -> "<li>" + Report.escaped(finding.sentence()))
                                .collect(Collectors.joining()), latencies(result), shares(result), rows());
    }

    /** The 99th percentile under each policy, as SVG. */
    static String latencies(BalancingResult result) {
        return chart(result, run -> run.latency().p99(), run -> Spread.text(run.latency().p99()) + (run.errors() > 0
                ? ", " + run.errors() + " errors" : ""));
    }

    /** The third instance's share under each policy, as SVG. */
    static String shares(BalancingResult result) {
        return chart(result, run -> run.third() * 100, run -> "%.0f (%s)".formatted(run.third() * 100, run
                .sharesText()));
    }

    private interface Text {
        String of(Run run);
    }

    private static String chart(BalancingResult result, ToDoubleFunction<Run> value, Text text) {
        return BarChart.svg(scenarios(result).map(scenario -> new BarChart.Group(scenario.shortTitle(), result.of(
                scenario)
                .stream().map(run -> new BarChart.Bar(run.policy(), value.applyAsDouble(run), text.of(run), colour(
                        run)))
                .toList())).toList());
    }

    private static String colour(Run run) {
        if (run.scenario() != Scenario.EQUAL && run.policy().equals("round-robin")) {
            return "var(--rule)";
        }
        return run.errors() > 0 ? "var(--bad)" : "var(--blue)";
    }

    private static Stream<Scenario> scenarios(BalancingResult result) {
        return result.runs().stream().map(Run::scenario).distinct();
    }

    private String rows() {
        return scenarios(result).map(scenario -> "<tr><th colspan=8>" + Report.escaped(scenario.title()) + "</tr>"
                + result
                        .of(
                                scenario).stream().map(BalancingReport::row).collect(Collectors.joining())).collect(
                                        Collectors
                                                .joining());
    }

    private static String row(Run run) {
        List<Double> shares = run.shares();
        return """
                <tr><td>%s<td class=n>%.0f %%<td class=n>%.0f %%<td class=n>%.0f %%<td class=n>%s<td class=n>%s<td class=n>%d<td class="n%s">%d</tr>
                """.formatted(Report.escaped(run.policy()), shares.get(0) * 100, shares.get(1) * 100, shares.get(2)
                * 100, Spread.text(run.latency().p50()), Spread.text(run.latency().p99()), run.waited(), run
                        .errors() > 0
                                ? " bad" : "", run.errors());
    }
}
