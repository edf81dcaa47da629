package dev.faultline.verification.prove;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.verification.prove.ProofResult.InjectedFault;
import dev.faultline.verification.report.Report;

/** A proof result as a self-contained HTML page and as JSON. */
public final class ProofReport {
    private static final int WIDTH = 1_000;
    private static final int LEFT = 50;
    private static final int BUCKET_MS = 1_000;

    private final ProofResult result;
    private final double end;

    private ProofReport(ProofResult result) {
        this.result = result;
        this.end = Math.max(result.lengthMs(), result.completed().stream().mapToLong(CompletedOrder::atMs).max().orElse(
                1));
    }

    /** @return the page; the JSON file has the same name with another extension */
    public static Path write(ProofResult result, Path directory, String name) {
        return Report.write(directory, name, "seed " + result.seed(), new ProofReport(result).body(), result);
    }

    private String body() {
        return """
                <h1 class="%s">%s <small>seed %d, %d orders at %d a second</small></h1>
                %s
                <h2>Orders a second, and faults</h2>
                <p>Green: accepted. Blue: completed, of the one order in four that a client waits for. Red: a fault, from injection to recovery.</p>
                %s
                <h2>Latency</h2>
                <p>Milliseconds from due to completed, of the one order in four that a client waits for, by the second of its completion: median strong, 99th percentile faint.</p>
                %s
                <h2>Faults</h2>
                <table><tr><th><th>at<th>fault<th>node<th>recovered after<th>longest gap without an accepted order<th>retries</tr>
                %s</table>
                %s%s
                """.formatted(result.isProven() ? "good" : "bad",
                result.isProven() ? "No anomalies" : "Not proven", result.seed(), result.sent(),
                result.perSecond(), figures(), throughput(), latency(), rows(), givenUp(), anomalies());
    }

    private String figures() {
        var figures = new StringBuilder("<table>");
        for (String[] figure : new String[][]{{"accepted", "" + result.accepted()},
            {"shed", "" + result.shed()}, {"confirmed", "" + result
                    .confirmed()},
            {"rejected", "" + result.rejected()}, {"lost", "" + result.lost()}, {"duplicated", "" + result
                    .duplicated()},
            {"retries", "" + result.retries()},
            {"longest unavailability", seconds(result.unavailableForMs())},
            {"all orders complete", completeAfter()}, {"p50 / p99 / longest", result.latencyMs(50) + " / " + result
                    .latencyMs(99) + " / " + result.latencyMs(
                            100) + " ms"}}) {
            figures.append("<tr><td>").append(figure[0]).append("<td class=n>").append(figure[1]).append("</tr>");
        }
        return figures.append("</table>").toString();
    }

    private String completeAfter() {
        Long quiescentAfter = result.quiescentAfterMs();
        return quiescentAfter == null ? "no" : seconds(quiescentAfter) + " after load and faults";
    }

    private String throughput() {
        var accepted = perSecond(result.acceptedAtMs());
        var completed = perSecond(result.completed().stream().map(CompletedOrder::atMs).toList());
        double most = Math.max(1, Stream.concat(accepted.values().stream(), completed.values().stream())
                .mapToLong(Long::longValue).max().orElse(1));
        return svg(faultBands() + line(accepted, most, "var(--good)") + line(completed, most, "var(--blue)"), most);
    }

    private Map<Long, Long> perSecond(List<Long> times) {
        var counts = new TreeMap<Long, Long>();
        for (long second = 0; second <= end / BUCKET_MS; second++) {
            counts.put(second, 0L);
        }
        times.forEach(at -> counts.merge(at / BUCKET_MS, 1L, Long::sum));
        return counts;
    }

    private String latency() {
        var median = new TreeMap<Long, Long>();
        var tail = new TreeMap<Long, Long>();
        result.completed().stream().collect(Collectors.groupingBy(order -> order.atMs() / BUCKET_MS,
                Collectors.mapping(CompletedOrder::tookMs, Collectors.toList()))).forEach((second, all) -> {
                    List<Long> sorted = all.stream().sorted().toList();
                    median.put(second, sorted.get(sorted.size() / 2));
                    tail.put(second, sorted.get(sorted.size() * 99 / 100));
                });
        double most = Math.max(1, tail.values().stream().mapToLong(Long::longValue).max().orElse(1));
        return svg(faultBands() + line(tail, most, "var(--pale)") + line(median, most, "var(--violet)"), most);
    }

    private String svg(String inside, double most) {
        var ticks = new StringBuilder();
        for (int tick = 0; tick <= 10; tick++) {
            ticks.append("<text x='%.0f' y='195'>%.0f s</text>".formatted(x(end * tick / 10), end * tick / 10 / 1e3));
        }
        return "<svg viewBox='0 0 1050 200'>%s%s<text x='0' y='22'>%.0f</text><text x='0' y='182'>0</text></svg>"
                .formatted(inside, ticks, most);
    }

    /** Numbered as in the table. */
    private String faultBands() {
        var bands = new StringBuilder();
        for (int number = 1; number <= result.faults().size(); number++) {
            InjectedFault injected = result.faults().get(number - 1);
            double from = x((double) injected.atMs());
            double width = Math.max(3, x((double) injected.recoveredAtMs()) - from);
            bands.append("""
                    <g><title>%s</title><rect x="%.1f" y="10" width="%.1f" height="170" fill="var(--bad)" opacity=".15"/>
                    <text x="%.1f" y="8">%d</text></g>
                    """.formatted(Report.escaped(injected.fault().toString()), from, width, from, number));
        }
        return bands.toString();
    }

    private String line(Map<Long, Long> values, double most, String colour) {
        String points = values.entrySet().stream()
                .map(value -> "%.1f,%.1f".formatted(x((value.getKey() + 0.5) * BUCKET_MS),
                        180 - 165.0 * value.getValue() / most))
                .collect(Collectors.joining(" "));
        return "<polyline fill='none' stroke='%s' stroke-width='1.5' points='%s'/>".formatted(colour, points);
    }

    private double x(double ms) {
        return LEFT + (WIDTH - LEFT) * ms / end;
    }

    private String rows() {
        var rows = new StringBuilder();
        for (int number = 1; number <= result.faults().size(); number++) {
            InjectedFault injected = result.faults().get(number - 1);
            rows.append("<tr><td>%d<td class=n>%s<td>%s<td>%s<td class=n>%s<td class=n>%s<td class=n>%d</tr>%n"
                    .formatted(number, seconds(injected.atMs()), Report.escaped(injected.fault().toString()), Report
                            .escaped(injected
                                    .node()), injected.recovered() ? seconds(injected.recoveredAtMs() - injected.atMs())
                                            : "never",
                            seconds(injected.longestGapMs()), injected.retries()));
        }
        return rows.toString();
    }

    private String givenUp() {
        return result.givenUp().isEmpty() ? "" : "<h2 class=bad>Abandoned requests by last error</h2><ul>"
                + result
                        .givenUp().entrySet().stream()
                        .map(error -> "<li>" + error.getValue() + " times: " + Report.escaped(error.getKey()))
                        .collect(Collectors.joining()) + "</ul>";
    }

    private String anomalies() {
        return result.anomalies().isEmpty() ? "" : "<h2 class=bad>Anomalies</h2><ul>" + result.anomalies()
                .stream().map(anomaly -> "<li>" + Report.escaped(anomaly.toString())).collect(Collectors.joining())
                + "</ul>";
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1e3);
    }
}
