package dev.faultline.verification.bench;

import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Latency percentiles against the rate, on a logarithmic scale. */
final class LatencyChart {
    private static final int LEFT = 60;
    private static final int RIGHT = 1_000;
    private static final int TOP = 15;
    private static final int BOTTOM = 305;

    private final List<Trial> trials;
    private final double fastest;
    private final double leastMs;
    private final double mostMs;

    private LatencyChart(List<Trial> trials) {
        this.trials = trials;
        this.fastest = trials.stream().mapToInt(Trial::rate).max().orElse(1) * 1.05;
        this.leastMs = decade(trials.stream().mapToDouble(Trial::p50Ms).min().orElse(1), false);
        this.mostMs = decade(Math.max(trials.stream().mapToDouble(Trial::p99Ms).max().orElse(1),
                Trial.MOST_P99_MS * 1.01), true);
    }

    static String svg(List<Trial> trials) {
        return new LatencyChart(trials).svg();
    }

    private String svg() {
        return "<svg viewBox='0 0 1050 330'>" + axes() + line("p99", "var(--bad)", Trial::p99Ms, -6)
                + line("p90", "var(--violet)", Trial::p90Ms, 4) + line("p50", "var(--blue)", Trial::p50Ms, 14)
                + "</svg>";
    }

    private String axes() {
        var axes = new StringBuilder();
        for (double ms = leastMs; ms <= mostMs; ms *= 10) {
            axes.append(
                    "<path d='M%d %.1fH%d' stroke='var(--rule)'/><text x='%d' y='%.1f' text-anchor='end'>%.0f</text>"
                            .formatted(LEFT, y(ms), RIGHT, LEFT - 8, y(ms) + 4, ms));
        }
        int step = step(fastest);
        for (int rate = 0; rate <= fastest; rate += step) {
            axes.append("<text x='%.1f' y='%d' text-anchor='middle'>%d</text>".formatted(x(rate), BOTTOM + 18, rate));
        }
        return axes.append("<path d='M%d %.1fH%d' stroke='var(--bad)' stroke-dasharray='4 4'/>".formatted(LEFT,
                y(Trial.MOST_P99_MS), RIGHT)).toString();
    }

    /**
     * Through the mean of the trials at each rate.
     *
     * @param below how far below its end the line's name is, so that the names of close lines do not overlap
     */
    private String line(String name, String colour, ToDoubleFunction<Trial> percentile, int below) {
        var means = trials.stream().collect(Collectors.groupingBy(Trial::rate, TreeMap::new, Collectors.averagingDouble(
                percentile)));
        String points = means.entrySet().stream().map(mean -> "%.1f,%.1f".formatted(x(mean.getKey()), y(mean
                .getValue()))).collect(Collectors.joining(" "));
        String marks = trials.stream().map(trial -> """
                <circle cx='%.1f' cy='%.1f' r='3.5' stroke='%s' fill='%s'><title>%s at %d/s: %.0f ms</title></circle>
                """.formatted(x(trial.rate()), y(percentile.applyAsDouble(trial)), colour,
                trial.sustained() ? colour : "var(--page)", name, trial.rate(), percentile.applyAsDouble(trial)))
                .collect(Collectors.joining());
        return "<polyline fill='none' stroke='%s' stroke-width='1.5' points='%s'/>%s<text x='%.1f' y='%.1f' style='fill:%s'>%s</text>"
                .formatted(colour, points, marks, x(means.lastKey()) + 8, y(means.lastEntry().getValue()) + below,
                        colour,
                        name);
    }

    private double x(double rate) {
        return LEFT + (RIGHT - LEFT) * rate / fastest;
    }

    private double y(double ms) {
        return BOTTOM - (BOTTOM - TOP) * Math.log10(Math.max(ms, leastMs) / leastMs) / Math.log10(mostMs / leastMs);
    }

    private static double decade(double ms, boolean above) {
        double exponent = Math.log10(Math.max(1, ms));
        return Math.pow(10, above ? Math.ceil(exponent) : Math.floor(exponent));
    }

    /** 1, 2 or 5 times a power of ten, for at most ten steps. */
    private static int step(double most) {
        int power = (int) Math.pow(10, Math.floor(Math.log10(Math.max(1, most / 10))));
        for (int factor : new int[]{1, 2, 5}) {
            if (most / (factor * power) <= 10) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
