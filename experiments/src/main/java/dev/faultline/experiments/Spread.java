package dev.faultline.experiments;

import org.HdrHistogram.Histogram;

/**
 * A distribution of times, in milliseconds.
 *
 * @param count how many there were; if none, the others are 0
 */
public record Spread(long count, double p50, double p99, double max) {

    /** @param microseconds is not modified */
    public static Spread of(Histogram microseconds) {
        return new Spread(microseconds.getTotalCount(), microseconds.getValueAtPercentile(50) / 1e3,
                microseconds.getValueAtPercentile(99) / 1e3, microseconds.getMaxValue() / 1e3);
    }

    /** A number of milliseconds with as many digits as say something. */
    public static String text(double ms) {
        return (ms < 10 ? "%.1f" : "%.0f").formatted(ms);
    }
}
