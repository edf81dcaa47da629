package dev.faultline.simulation;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How often what has happened, and after which steps parties were killed. */
record Coverage(Map<Happening, Long> happened, Map<Boundary, Long> killed) {

    Coverage() {
        this(new EnumMap<>(Happening.class), new EnumMap<>(Boundary.class));
    }

    void count(Happening happening) {
        happened.merge(happening, 1L, Long::sum);
    }

    void countKilled(Boundary after) {
        killed.merge(after, 1L, Long::sum);
    }

    void add(Coverage other) {
        other.happened.forEach((happening, times) -> happened.merge(happening, times, Long::sum));
        other.killed.forEach((after, times) -> killed.merge(after, times, Long::sum));
    }

    /** What never happened. */
    Collection<String> missing() {
        return Stream.concat(
                Stream.of(Happening.values()).filter(happening -> !happened.containsKey(happening)).map(Enum::name),
                Stream.of(Boundary.values()).filter(after -> !killed.containsKey(after))
                        .map(after -> "killed after " + after))
                .toList();
    }

    @Override
    public String toString() {
        return Stream.concat(
                happened.entrySet().stream().map(entry -> line(entry.getKey().name(), entry.getValue())),
                killed.entrySet().stream().map(entry -> line("killed after " + entry.getKey(), entry.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String line(String what, long times) {
        return String.format(Locale.ROOT, "%,12d  %s", times, what.toLowerCase(Locale.ROOT).replace('_', ' '));
    }
}
