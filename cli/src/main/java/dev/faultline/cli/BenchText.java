package dev.faultline.cli;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

import dev.faultline.verification.bench.BenchResult;
import dev.faultline.verification.bench.Figures;
import dev.faultline.verification.bench.Group;
import dev.faultline.verification.bench.Measurement;
import dev.faultline.verification.bench.VariationResult;

/** Prints tables of figures: a row for each, by group, and a column for each measurement. */
final class BenchText {
    private static final String ROW = "%-34s";

    private final Terminal terminal;

    BenchText(Terminal terminal) {
        this.terminal = terminal;
    }

    private record Column(String title, Figures figures, BiFunction<Group, String, String> cell) {
        Column(String title, Figures figures) {
            this(title, figures, figures::text);
        }
    }

    void print(BenchResult result) {
        terminal.line("");
        terminal.line((result.searched() ? "Highest sustained rate: %d orders a second" : "%d orders a second")
                .formatted(result.rate()));
        table("", 14, result.measurements().stream().map(one -> new Column(title(one), one.figures())).toList());
        result.measurements().forEach(measurement -> printUnconfirmed(measurement));
    }

    private void printUnconfirmed(Measurement measurement) {
        if (!measurement.load().allConfirmed()) {
            terminal.line("%s %d/s: %s".formatted(terminal.coloured(Terminal.Colour.RED, "Not every order confirmed"),
                    measurement.load().rate(), measurement.load()));
        }
    }

    /** Prints the figures of a result divided by those of an earlier one, at the same percentages. */
    void printRatios(BenchResult result, BenchResult earlier) {
        terminal.line("");
        terminal.line("Compared with %d orders a second, measured %s".formatted(earlier.rate(), earlier.began()));
        table("now / then", 14, result.measurements().stream().flatMap(now -> earlier.measurements().stream()
                .filter(then -> then.percent() == now.percent())
                .map(then -> new Column(title(now), now.figures().dividedBy(then.figures())))).toList());
    }

    /** Prints the mean of each figure and its spread, and the ratios to the first value. */
    void print(VariationResult result) {
        terminal.line("");
        terminal.line("%s at %d orders a second: mean (least to most) of %d runs each".formatted(result.name(),
                result.rate(), result.of(result.values().getFirst()).size()));
        var columns = new ArrayList<Column>();
        for (String value : result.values()) {
            columns.add(spread(value, result.of(value)));
        }
        for (Column other : List.copyOf(columns.subList(1, columns.size()))) {
            columns.add(new Column(other.title() + " / " + columns.getFirst().title(), other.figures().dividedBy(
                    columns.getFirst().figures())));
        }
        table("", 24, columns);
        result.runs().forEach(run -> printUnconfirmed(run.measurement()));
    }

    private static Column spread(String title, List<Figures> runs) {
        Figures mean = Figures.combined(runs, DoubleSummaryStatistics::getAverage);
        Figures least = Figures.combined(runs, DoubleSummaryStatistics::getMin);
        Figures most = Figures.combined(runs, DoubleSummaryStatistics::getMax);
        return new Column(title, mean, (group, name) -> "%s (%s to %s)".formatted(mean.text(group, name), least.text(
                group, name), most.text(group, name)));
    }

    private static String title(Measurement measurement) {
        return "%d %%, %d/s".formatted(measurement.percent(), measurement.load().rate());
    }

    private void table(String corner, int width, List<Column> columns) {
        List<Figures> all = columns.stream().map(Column::figures).toList();
        var cell = "%" + width + "s";
        var header = new StringBuilder(ROW.formatted(corner));
        columns.forEach(column -> header.append(cell.formatted(column.title())));
        terminal.line("");
        terminal.line(header.toString());
        for (Group group : Group.values()) {
            Set<String> names = Figures.names(all, group);
            if (!names.isEmpty()) {
                terminal.line(group.title());
            }
            for (String name : names) {
                var row = new StringBuilder(ROW.formatted("  " + name));
                columns.forEach(column -> row.append(cell.formatted(column.cell().apply(group, name))));
                terminal.line(row.toString());
            }
        }
    }
}
