package dev.faultline.verification.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.faultline.verification.report.Report;

/** A result as an HTML page with its curves, and as JSON. */
public final class BenchReport {
    private final BenchResult result;

    private BenchReport(BenchResult result) {
        this.result = result;
    }

    /** @return the page; the JSON file has the same name with another extension */
    public static Path write(BenchResult result, Path directory, String name) {
        return Report.write(directory, name, result.rate() + " orders a second", new BenchReport(result).body(),
                result);
    }

    private String body() {
        return """
                <h1>%d orders a second <small>%s</small></h1>
                <p>Measured %s on %d processors, %d s for each column of the figures.</p>
                <h2>Latency</h2>
                <p>Milliseconds from due to completed against orders a second, of every trial and measurement: p50, p90 and p99. Open: the rate was not sustained, because an order was not confirmed or p99 reached a second.</p>
                %s
                %s
                <h2>Figures</h2>
                %s
                """
                .formatted(result.rate(), result.searched() ? "the highest sustained rate" : "as asked for",
                        Report.escaped(result.began()), result.processors(), result.seconds(), LatencyChart.svg(
                                loads()),
                        cpu(), table());
    }

    private List<Trial> loads() {
        var loads = new ArrayList<>(result.trials());
        result.measurements().forEach(measurement -> loads.add(measurement.load()));
        return loads;
    }

    private String cpu() {
        var bars = new LinkedHashMap<String, Map<String, Double>>();
        result.measurements().forEach(measurement -> {
            Map<String, Double> cpu = measurement.figures().of(Group.CPU);
            if (!cpu.isEmpty()) {
                bars.put("%d %%, %d/s".formatted(measurement.percent(), measurement.load().rate()), cpu);
            }
        });
        return bars.isEmpty() ? "<p>CPU times need Linux's /proc.</p>" : """
                <h2>CPU time</h2>
                <p>Milliseconds an order by process, at 25, 50 and 100 %% of the rate. Compiler threads are not part of their process.</p>
                %s"""
                .formatted(CpuChart.svg(bars));
    }

    private String table() {
        List<Figures> columns = result.measurements().stream().map(Measurement::figures).toList();
        var table = new StringBuilder("<table><tr><th>");
        result.measurements().forEach(measurement -> table.append("<th class=n>%d %%, %d/s".formatted(measurement
                .percent(), measurement.load().rate())));
        for (Group group : Group.values()) {
            Set<String> names = Figures.names(columns, group);
            if (!names.isEmpty()) {
                table.append("</tr>\n<tr><th colspan=%d>%s".formatted(columns.size() + 1, group.title()));
            }
            names.forEach(name -> table.append("</tr>\n<tr><td>").append(Report.escaped(name)).append(columns.stream()
                    .map(column -> "<td class=n>" + column.text(group, name)).collect(Collectors.joining())));
        }
        return table.append("</tr></table>").toString();
    }
}
