package dev.faultline.experiments.overload;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.faultline.verification.report.Report;

/** Answers a second as lines over time, with the seconds of a trigger behind them. */
final class GoodputChart {
    private static final int LEFT = 50;
    private static final int RIGHT = 1_030;
    private static final int TOP = 40;
    private static final int BOTTOM = 240;

    private final int seconds;
    private final double most;

    private GoodputChart(List<Line> lines, double offered) {
        this.seconds = lines.stream().mapToInt(line -> line.goodput.perSecond().size()).max().orElse(1);
        this.most = Math.max(offered, lines.stream().flatMap(line -> line.goodput.perSecond().stream()).mapToInt(
                Integer::intValue).max().orElse(1));
    }

    /** @param colour in CSS */
    record Line(String title, Goodput goodput, String colour) {}

    /**
     * @param offered requests a second, as a dashed line
     * @param trigger what makes it go wrong
     * @param from    the first second of the trigger
     * @param to      the first second after it
     */
    static String svg(List<Line> lines, double offered, String trigger, int from, int to) {
        var chart = new GoodputChart(lines, offered);
        var svg = new StringBuilder("<svg viewBox='0 0 1050 %d'>".formatted(BOTTOM + 24));
        svg.append("<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='var(--bad)' opacity='.15'/>".formatted(chart.x(
                from), TOP, chart.x(to) - chart.x(from), BOTTOM - TOP));
        svg.append("<text x='%.1f' y='%d' style='fill:var(--text)'>%s</text>".formatted(chart.x(from) + 4,
                TOP + 14, Report.escaped(trigger)));
        svg.append("<path d='M%d %dH%d' stroke='var(--rule)'/>".formatted(LEFT, BOTTOM, RIGHT));
        svg.append("<path d='M%d %.1fH%d' stroke='var(--muted)' stroke-dasharray='4 4'/>".formatted(LEFT, chart.y(
                offered), RIGHT));
        svg.append("<text x='%d' y='%.1f' text-anchor='end'>%.0f/s</text><text x='%d' y='%d' text-anchor='end'>0</text>"
                .formatted(LEFT - 6, chart.y(offered) + 4, offered, LEFT - 6, BOTTOM + 4));
        if (chart.y(offered) > TOP + 20) {
            svg.append("<text x='%d' y='%d' text-anchor='end'>%.0f/s</text>".formatted(LEFT - 6, TOP + 4, chart.most));
        }
        for (int second = 0; second <= chart.seconds; second += 2) {
            svg.append("<text x='%.1f' y='%d' text-anchor='middle'>%d s</text>".formatted(chart.x(second), BOTTOM + 18,
                    second));
        }
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            svg.append(chart.path(line)).append("""
                    <rect x='%d' y='8' width='14' height='4' fill='%s'/>\
                    <text x='%d' y='14' style='fill:var(--text)'>%s</text>""".formatted(LEFT + i * 330, line.colour,
                    LEFT
                            + i * 330 + 20, Report.escaped(line.title)));
        }
        return svg.append("</svg>").toString();
    }

    /** A point in the middle of each second. */
    private String path(Line line) {
        List<Integer> values = line.goodput.perSecond();
        return "<polyline fill='none' stroke='%s' stroke-width='2' points='%s'/>".formatted(line.colour, IntStream
                .range(
                        0, values.size()).mapToObj(i -> "%.1f,%.1f".formatted(x(i + 0.5), y(values.get(i)))).collect(
                                Collectors
                                        .joining(" ")));
    }

    private double x(double second) {
        return LEFT + (RIGHT - LEFT) * second / seconds;
    }

    private double y(double perSecond) {
        return BOTTOM - (BOTTOM - TOP) * perSecond / most;
    }
}
