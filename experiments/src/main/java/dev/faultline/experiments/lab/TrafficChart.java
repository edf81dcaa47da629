package dev.faultline.experiments.lab;

import java.util.List;

import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.verification.report.Report;

/** Requests as dots, by when they were due and how long they took, on a logarithmic scale: blue if answered, red if not. */
public final class TrafficChart {
    private static final int LEFT = 60;
    private static final int RIGHT = 1_030;
    private static final int TOP = 24;
    private static final int BOTTOM = 240;
    private static final double LEAST_MS = 1;

    private final double end;
    private final double mostMs;

    private TrafficChart(List<Request> requests) {
        this.end = Math.max(1_000, requests.stream().mapToDouble(Request::dueMs).max().orElse(0));
        double most = requests.stream().mapToDouble(Request::tookMs).max().orElse(LEAST_MS);
        this.mostMs = Math.pow(10, Math.max(1, Math.ceil(Math.log10(Math.max(most, LEAST_MS)))));
    }

    /**
     * Something that happened meanwhile, drawn behind the requests.
     *
     * @param fromMs since the traffic began
     * @param toMs   the same as {@code fromMs} for a moment
     */
    public record Event(String what, double fromMs, double toMs) {}

    public static String svg(List<Request> requests, List<Event> events) {
        var chart = new TrafficChart(requests);
        var svg = new StringBuilder("<svg viewBox='0 0 1050 %d'>".formatted(BOTTOM + 24));
        events.forEach(event -> svg.append(chart.event(event)));
        svg.append(chart.axes());
        // Failures last, so that they are on top.
        requests.stream().filter(request -> !request.hasFailed()).forEach(request -> svg.append(chart.dot(request)));
        requests.stream().filter(Request::hasFailed).forEach(request -> svg.append(chart.dot(request)));
        return svg.append("</svg>").toString();
    }

    private String event(Event event) {
        double from = x(event.fromMs);
        return """
                <rect x='%.1f' y='%d' width='%.1f' height='%d' fill='var(--bad)' opacity='.15'/>\
                <path d='M%.1f %dV%d' stroke='var(--bad)'/>\
                <text x='%.1f' y='%d' style='fill:var(--text)'>%s</text>""".formatted(from, TOP - 4, Math.max(2, x(
                event.toMs) - from), BOTTOM - TOP + 4, from, TOP - 4, BOTTOM, Math.min(from, RIGHT - 170), TOP - 10,
                Report.escaped(
                        event.what));
    }

    private String axes() {
        var axes = new StringBuilder();
        for (double ms = LEAST_MS; ms <= mostMs; ms *= 10) {
            axes.append("<path d='M%d %.1fH%d' stroke='var(--rule)'/><text x='%d' y='%.1f' text-anchor='end'>%s</text>"
                    .formatted(LEFT, y(ms), RIGHT, LEFT - 8, y(ms) + 4, ms < 1_000 ? "%.0f ms".formatted(ms)
                            : "%.0f s".formatted(ms / 1_000)));
        }
        double step = end > 20_000 ? 5_000 : end > 8_000 ? 2_000 : 1_000;
        for (double ms = 0; ms <= end; ms += step) {
            axes.append("<text x='%.1f' y='%d' text-anchor='middle'>%.0f s</text>".formatted(x(ms), BOTTOM + 18, ms
                    / 1_000));
        }
        return axes.toString();
    }

    private String dot(Request request) {
        return "<circle cx='%.1f' cy='%.1f' r='2' fill='%s'/>".formatted(x(request.dueMs()), y(request.tookMs()),
                request
                        .hasFailed() ? "var(--bad)" : "var(--blue)");
    }

    private double x(double ms) {
        return LEFT + (RIGHT - LEFT) * Math.clamp(ms / end, 0, 1);
    }

    private double y(double ms) {
        return BOTTOM - (BOTTOM - TOP) * Math.log10(Math.max(ms, LEAST_MS) / LEAST_MS) / Math.log10(mostMs / LEAST_MS);
    }
}
