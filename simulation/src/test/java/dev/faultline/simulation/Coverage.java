package dev.faultline.simulation;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts how often each coverage point was reached, and after which boundaries nodes were killed. */
record Coverage(Map<CoveragePoint, Long> reached, Map<Boundary, Long> killed) {

    Coverage() {
        this(new EnumMap<>(CoveragePoint.class), new EnumMap<>(Boundary.class));
    }

    void count(CoveragePoint point) {
        reached.merge(point, 1L, Long::sum);
    }

    void countKilled(Boundary after) {
        killed.merge(after, 1L, Long::sum);
    }

    void add(Coverage other) {
        other.reached.forEach((point, times) -> reached.merge(point, times, Long::sum));
        other.killed.forEach((after, times) -> killed.merge(after, times, Long::sum));
    }

    /** What was never reached. */
    Collection<String> missing() {
        return Stream.concat(
                Stream.of(CoveragePoint.values()).filter(point -> !reached.containsKey(point)).map(Enum::name),
                Stream.of(Boundary.values()).filter(after -> !killed.containsKey(after))
                        .map(after -> "killed after " + after))
                .toList();
    }

    @Override
    public String toString() {
        return Stream.concat(
                reached.entrySet().stream().map(entry -> line(entry.getKey().name(), entry.getValue())),
                killed.entrySet().stream().map(entry -> line("killed after " + entry.getKey(), entry.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String line(String what, long times) {
        return String.format(Locale.ROOT, "%,12d  %s", times, what.toLowerCase(Locale.ROOT).replace('_', ' '));
    }
}
