package dev.faultline.simulation;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How often what has happened. */
final class Coverage {
    private final long[] happened = new long[Happening.values().length];
    private final long[] crashed = new long[Boundary.values().length];

    void count(Happening happening) {
        happened[happening.ordinal()]++;
    }

    void countCrash(Boundary boundary) {
        crashed[boundary.ordinal()]++;
    }

    void add(Coverage other) {
        Arrays.setAll(happened, i -> happened[i] + other.happened[i]);
        Arrays.setAll(crashed, i -> crashed[i] + other.crashed[i]);
    }

    long of(Happening happening) {
        return happened[happening.ordinal()];
    }

    /** What never happened. */
    Collection<String> missing() {
        return Stream.concat(
                Stream.of(Happening.values()).filter(h -> happened[h.ordinal()] == 0).map(Enum::name),
                Stream.of(Boundary.values()).filter(b -> crashed[b.ordinal()] == 0).map(b -> "crash after " + b))
                .toList();
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(happened) + Arrays.hashCode(crashed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Coverage that && Arrays.equals(happened, that.happened)
                && Arrays.equals(crashed, that.crashed);
    }

    @Override
    public String toString() {
        return Stream.concat(
                Stream.of(Happening.values()).map(h -> line(h.name(), happened[h.ordinal()])),
                Stream.of(Boundary.values()).map(b -> line("crash, " + b.name(), crashed[b.ordinal()])))
                .collect(Collectors.joining("\n"));
    }

    private static String line(String name, long count) {
        return String.format(Locale.ROOT, "  %,12d  %s", count, name.toLowerCase(Locale.ROOT).replace('_', ' '));
    }
}
