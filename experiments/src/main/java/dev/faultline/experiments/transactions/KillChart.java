package dev.faultline.experiments.transactions;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.faultline.experiments.transactions.TransactionsResult.Buyer;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;

/** The buyers around a kill: a line for each that wanted the same unit, and how many others were answered. */
final class KillChart {
    private static final int LEFT = 150;
    private static final int RIGHT = 1_000;
    private static final int ROW = 9;
    private static final int OTHERS = 60;
    private static final int BUCKET_MS = 250;
    private static final double BEFORE_MS = 1_000;

    private final Kill kill;
    private final double end;
    private final int top;

    private KillChart(Kill kill, double end) {
        this.kill = kill;
        this.end = end;
        this.top = kill.sameUnit().size() * ROW + 24;
    }

    /** @param kills are drawn on the same scale, which begins a second before the kill */
    static String svg(Kill kill, List<Kill> kills) {
        double end = kills.stream().flatMap(each -> each.sameUnit().stream()).mapToDouble(Buyer::endedAtMs).max()
                .orElse(1_000);
        return new KillChart(kill, Math.ceil(end / 1_000) * 1_000).svg();
    }

    private String svg() {
        int bottom = top + OTHERS + 12;
        return "<svg viewBox='0 0 1050 %d'>%s%s%s%s%s</svg>".formatted(bottom + 24, mark(0, "killed", bottom), mark(
                kill.recoveredAtMs(), "recovered", bottom), same(), others(), seconds(bottom));
    }

    private String mark(double ms, String what, int bottom) {
        return "<path d='M%.1f 14V%d' stroke='var(--bad)' stroke-dasharray='4 4'/><text x='%.1f' y='10' text-anchor='middle'>%s</text>"
                .formatted(x(ms), bottom, x(ms), what);
    }

    /** From due to answered. */
    private String same() {
        var lines = new StringBuilder("<text x='0' y='30'>the same unit</text>");
        int y = 20;
        for (Buyer buyer : kill.sameUnit()) {
            String colour = switch (buyer.outcome()) {
                case RESERVED -> "var(--good)";
                case SOLD_OUT -> "var(--violet)";
                case NO_ANSWER -> "var(--bad)";
            };
            lines.append("""
                    <g><title>%s after %.0f ms</title><path d='M%.1f %dH%.1f' stroke='%s' stroke-width='2'/>\
                    <circle cx='%.1f' cy='%d' r='3' fill='%s'/></g>""".formatted(buyer.outcome(), buyer.endedAtMs()
                    - buyer.dueMs(), x(buyer.dueMs()), y, x(buyer.endedAtMs()), colour, x(buyer.endedAtMs()), y,
                    colour));
            y += ROW;
        }
        return lines.toString();
    }

    private String others() {
        var answered = new TreeMap<Long, Long>();
        for (long bucket = Math.floorDiv((long) -BEFORE_MS, BUCKET_MS); bucket * BUCKET_MS < lastDue(); bucket++) {
            answered.put(bucket, 0L);
        }
        kill.others().stream().filter(Buyer::isAnswered).forEach(buyer -> answered.computeIfPresent(Math.floorDiv(
                (long) buyer.endedAtMs(), BUCKET_MS), (_, count) -> count + 1));
        double most = answered.values().stream().mapToLong(Long::longValue).max().orElse(1);
        String points = answered.entrySet().stream().map(bucket -> "%.1f,%.1f".formatted(x((bucket.getKey() + 0.5)
                * BUCKET_MS), top + OTHERS - OTHERS * bucket.getValue() / most)).collect(Collectors.joining(" "));
        return """
                <text x='0' y='%d'>others, answered</text><text x='%d' y='%d' text-anchor='end'>%d/s</text>\
                <text x='%d' y='%d' text-anchor='end'>0/s</text>\
                <polyline fill='none' stroke='var(--blue)' stroke-width='1.5' points='%s'/>""".formatted(top + OTHERS
                / 2, LEFT - 6, top + 6, Math.round(most * 1_000 / BUCKET_MS), LEFT - 6, top + OTHERS + 4, points);
    }

    private double lastDue() {
        return kill.others().stream().mapToDouble(Buyer::dueMs).max().orElse(0) - BUCKET_MS;
    }

    private String seconds(int bottom) {
        var ticks = new StringBuilder();
        for (int ms = (int) -BEFORE_MS; ms <= end; ms += 1_000) {
            ticks.append("<text x='%.1f' y='%d' text-anchor='middle'>%d s</text>".formatted(x(ms), bottom + 18, ms
                    / 1_000));
        }
        return ticks.toString();
    }

    private double x(double ms) {
        return LEFT + (RIGHT - LEFT) * (Math.max(ms, -BEFORE_MS) + BEFORE_MS) / (end + BEFORE_MS);
    }
}
