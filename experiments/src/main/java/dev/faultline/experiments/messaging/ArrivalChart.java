package dev.faultline.experiments.messaging;

import java.util.List;

import dev.faultline.verification.report.Report;

/** How many messages each consumer has processed, as lines over time. */
final class ArrivalChart {
    private static final int LEFT = 50;
    private static final int RIGHT = 1_030;
    private static final int TOP = 40;
    private static final int BOTTOM = 240;
    private static final int LEGEND = 300;

    private final double end;
    private final int most;

    private ArrivalChart(List<Line> lines, List<Mark> marks) {
        double last = Math.max(lines.stream().flatMap(line -> line.atMs.stream()).mapToDouble(ms -> ms).max().orElse(
                0), marks.stream().mapToDouble(Mark::atMs).max().orElse(0));
        this.end = Math.ceil(Math.max(1, last) / 1_000) * 1_000;
        this.most = Math.max(1, lines.stream().mapToInt(line -> line.atMs.size()).max().orElse(1));
    }

    /**
     * A consumer.
     *
     * @param atMs   when each message was processed, in order
     * @param colour in CSS
     */
    record Line(String title, List<Double> atMs, String colour) {}

    record Mark(String what, double atMs) {}

    static String svg(List<Line> lines, List<Mark> marks) {
        var chart = new ArrivalChart(lines, marks);
        var svg = new StringBuilder("<svg viewBox='0 0 1050 %d'>".formatted(BOTTOM + 24));
        svg.append("<path d='M%d %dH%d' stroke='var(--rule)'/>".formatted(LEFT, BOTTOM, RIGHT));
        svg.append("<text x='%d' y='%d' text-anchor='end'>%d</text><text x='%d' y='%d' text-anchor='end'>0</text>"
                .formatted(LEFT - 6, TOP + 4, chart.most, LEFT - 6, BOTTOM + 4));
        for (int ms = 0; ms <= chart.end; ms += chart.end > 20_000 ? 5_000 : 1_000) {
            svg.append("<text x='%.1f' y='%d' text-anchor='middle'>%d s</text>".formatted(chart.x(ms), BOTTOM + 18, ms
                    / 1_000));
        }
        for (Mark mark : marks) {
            svg.append("""
                    <path d='M%.1f %dV%d' stroke='var(--bad)' stroke-dasharray='4 4'/>\
                    <text x='%.1f' y='%d' text-anchor='middle'>%s</text>""".formatted(chart.x(mark.atMs), TOP, BOTTOM,
                    chart.x(mark.atMs), TOP - 6, Report.escaped(mark.what)));
        }
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            svg.append(chart.path(line)).append("""
                    <rect x='%d' y='8' width='14' height='4' fill='%s'/>\
                    <text x='%d' y='14' style='fill:var(--text)'>%s</text>""".formatted(LEFT + i * LEGEND, line.colour,
                    LEFT + i * LEGEND + 20, Report.escaped(line.title)));
        }
        return svg.append("</svg>").toString();
    }

    /** A step up for each message. */
    private String path(Line line) {
        var path = new StringBuilder("M%d %d".formatted(LEFT, BOTTOM));
        for (int i = 0; i < line.atMs.size(); i++) {
            path.append("H%.1fV%.1f".formatted(x(line.atMs.get(i)), y(i + 1)));
        }
        return "<path d='%sH%d' fill='none' stroke='%s' stroke-width='2'/>".formatted(path, RIGHT, line.colour);
    }

    private double x(double ms) {
        return LEFT + (RIGHT - LEFT) * Math.clamp(ms / end, 0, 1);
    }

    private double y(int count) {
        return BOTTOM - (BOTTOM - TOP) * (double) count / most;
    }
}
