package dev.faultline.experiments;

import java.util.List;

import dev.faultline.verification.report.Report;

/** Horizontal bars in groups, as SVG. */
public final class BarChart {
    private static final int LABELS = 330;
    private static final int WIDTH = 600;
    private static final int ROW = 20;
    private static final int BAR = 14;
    private static final int GAP = 14;

    private BarChart() {}

    /**
     * @param text   beside the bar
     * @param colour in CSS
     */
    public record Bar(String label, double value, String text, String colour) {}

    public record Group(String title, List<Bar> bars) {}

    public static String svg(List<Group> groups) {
        double most = groups.stream().flatMap(group -> group.bars.stream()).mapToDouble(Bar::value).max().orElse(1);
        var svg = new StringBuilder();
        int y = 0;
        for (Group group : groups) {
            svg.append("<text x='0' y='%d' style='fill:var(--text)'>%s</text>".formatted(y + BAR - 2, Report.escaped(
                    group.title)));
            for (Bar bar : group.bars) {
                double width = Math.max(1, WIDTH * bar.value / Math.max(most, 1e-9));
                svg.append("""
                        <text x='%d' y='%d' text-anchor='end'>%s</text><rect x='%d' y='%d' width='%.1f' height='%d' fill='%s'/>
                        <text x='%.1f' y='%d'>%s</text>""".formatted(LABELS - 10, y + BAR - 2, Report.escaped(
                        bar.label), LABELS, y, width, BAR, bar.colour, LABELS + width + 8, y + BAR - 2, Report
                                .escaped(bar.text)));
                y += ROW;
            }
            y += GAP;
        }
        return "<svg viewBox='0 0 1050 %d'>%s</svg>".formatted(y, svg);
    }
}
