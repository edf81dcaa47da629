package dev.faultline.protocols.schedules;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How often each value was measured. Mutable; equal if all counts are. */
public record Distribution(TreeMap<Long, Long> counts) {

    Distribution() {
        this(new TreeMap<>());
    }

    void add(long value) {
        counts.merge(value, 1L, Long::sum);
    }

    void add(Distribution other) {
        other.counts.forEach((value, count) -> counts.merge(value, count, Long::sum));
    }

    public long count() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    public double mean() {
        return counts.entrySet().stream().mapToDouble(entry -> (double) entry.getKey() * entry.getValue()).sum()
                / count();
    }

    public long max() {
        return counts.lastKey();
    }

    /**
     * The smallest value that at least this part of the values does not exceed.
     *
     * @param part from 0 to 1
     */
    public long quantile(double part) {
        long below = (long) Math.ceil(part * count());
        for (Map.Entry<Long, Long> entry : counts.entrySet()) {
            below -= entry.getValue();
            if (below <= 0) {
                return entry.getKey();
            }
        }
        return counts.lastKey();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "median %,d, 99%% %,d, max %,d (of %,d)", quantile(0.5), quantile(0.99),
                max(), count());
    }
}
