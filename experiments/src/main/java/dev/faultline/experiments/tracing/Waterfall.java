package dev.faultline.experiments.tracing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.verification.report.Report;

/** The spans of a trace as bars along the time, each below the one that began before it, in a colour for each service. */
final class Waterfall {
    private static final List<String> COLOURS = List.of("var(--blue)", "var(--violet)", "var(--good)", "var(--pale)",
            "var(--bad)");
    private static final int LEFT = 330;
    private static final int WIDTH = 620;
    private static final int ROW = 22;
    private static final int BAR = 14;
    private static final int INDENT = 10;

    private Waterfall() {}

    static String svg(Trace trace) {
        List<Span> spans = trace.spans();
        long start = spans.getFirst().startNs();
        double length = Math.max(trace.lengthMs(), 1e-3);
        var rows = new HashMap<String, Integer>();
        Map<String, String> colours = new HashMap<>();
        var svg = new StringBuilder("<svg viewBox='0 0 1050 %d'>".formatted(spans.size() * ROW + 24));
        for (int quarter = 0; quarter <= 4; quarter++) {
            double x = LEFT + WIDTH * quarter / 4.0;
            svg.append(
                    "<path d='M%.1f 16V%d' stroke='var(--rule)'/><text x='%.1f' y='10' text-anchor='middle'>%.0f ms</text>"
                            .formatted(x, spans.size() * ROW + 20, x, length * quarter / 4));
        }
        for (int row = 0; row < spans.size(); row++) {
            Span span = spans.get(row);
            rows.put(span.id(), row);
            String colour = colours.computeIfAbsent(span.service(), _ -> COLOURS.get(colours.size() % COLOURS.size()));
            double x = LEFT + WIDTH * (span.startNs() - start) / 1e6 / length;
            double width = Math.max(2, WIDTH * (span.endNs() - span.startNs()) / 1e6 / length);
            int y = 20 + row * ROW;
            Integer cause = rows.get(span.parent());
            if (cause != null) {
                svg.append("<path d='M%.1f %dV%d' stroke='var(--muted)' stroke-dasharray='2 2'/>".formatted(x, 20
                        + cause
                                * ROW + BAR, y));
            }
            svg.append("""
                    <text x='%d' y='%d' style='fill:var(--text)'>%s</text>\
                    <rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/><text x='%.1f' y='%d'>%.1f ms</text>"""
                    .formatted(trace.depth(span) * INDENT, y + BAR - 2, Report.escaped(span.node() + ": " + span
                            .name()), x, y, width, BAR, colour, x + width + 5, y + BAR - 2, (span.endNs() - span
                                    .startNs()) / 1e6));
        }
        return svg.append("</svg>").toString();
    }
}
