package dev.faultline.verification.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Stacked bars of the CPU time of an order by process. */
final class CpuChart {
    private static final int LEFT = 90;
    private static final int WIDTH = 900;
    private static final int BAR = 40;
    private static final int GAP = 14;
    private static final int LEGEND_COLUMN = 200;
    private static final int LEGEND_COLUMNS = 5;
    private static final int LEGEND_ROW = 20;
    /** A segment of this width has room for its figure. */
    private static final int LABELLED = 34;
    /** Services blue, PostgreSQL green, the rest warm and grey; each legible on a light and on a dark page. */
    private static final List<String> COLOURS = List.of("#5b8def", "#7da5f2", "#9bbaf5", "#b6cdf8", "#d0dffb",
            "#3fae74", "#62bf8e", "#85cfa7", "#a7dec0", "#c8ecd8", "#e5a04a", "#edc07f", "#c8a27e", "#b18bd1",
            "#e07f7d", "#a8a8a8");

    private CpuChart() {}

    /** @param bars the times of each bar by process; all have the same processes */
    static String svg(Map<String, Map<String, Double>> bars) {
        List<Map<String, Double>> values = List.copyOf(bars.values());
        var processes = new ArrayList<>(values.getFirst().keySet());
        processes.remove(ProcessSample.MACHINE);
        double most = values.stream().mapToDouble(bar -> sum(bar, processes)).max().orElse(1);
        var svg = new StringBuilder();
        int y = 5;
        for (Map.Entry<String, Map<String, Double>> bar : bars.entrySet()) {
            svg.append("<text x='0' y='%d'>%s</text>".formatted(y + BAR / 2 + 4, bar.getKey()));
            double x = LEFT;
            for (int i = 0; i < processes.size(); i++) {
                double ms = Objects.requireNonNullElse(bar.getValue().get(processes.get(i)), 0.0);
                double width = WIDTH * ms / most;
                svg.append(segment(x, y, width, i, "%s: %.2f ms".formatted(processes.get(i), ms), ms));
                x += width;
            }
            svg.append("<text x='%.1f' y='%d'>%s</text>".formatted(x + 6, y + BAR / 2 + 4, Figures.text(sum(bar
                    .getValue(), processes))));
            y += BAR + GAP;
        }
        y += GAP;
        for (int i = 0; i < processes.size(); i++) {
            int x = i % LEGEND_COLUMNS * LEGEND_COLUMN;
            int row = y + i / LEGEND_COLUMNS * LEGEND_ROW;
            svg.append("<rect x='%d' y='%d' width='12' height='12' fill='%s'/><text x='%d' y='%d'>%s</text>".formatted(
                    x, row, colour(i), x + 18, row + 10, processes.get(i)));
        }
        int height = y + (processes.size() + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS * LEGEND_ROW;
        return "<svg viewBox='0 0 1050 %d'>%s</svg>".formatted(height, svg);
    }

    private static String segment(double x, int y, double width, int process, String title, double ms) {
        String label = width < LABELLED ? ""
                : "<text x='%.1f' y='%d' text-anchor='middle' style='fill:#111'>%s</text>"
                        .formatted(x + width / 2, y + BAR / 2 + 4, Figures.text(ms));
        return "<g><title>%s</title><rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/>%s</g>".formatted(title,
                x, y, width, BAR, colour(process), label);
    }

    private static String colour(int process) {
        return COLOURS.get(process % COLOURS.size());
    }

    private static double sum(Map<String, Double> bar, List<String> processes) {
        return processes.stream().mapToDouble(process -> bar.getOrDefault(process, 0.0)).sum();
    }
}
