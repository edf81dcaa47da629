package dev.faultline.experiments.ledger;

import java.util.List;

import dev.faultline.verification.report.Report;

/** A row of blocks for each attack, with those in red that an audit named. */
final class ChainChart {
    private static final int LEFT = 400;
    private static final int WIDTH = 640;
    private static final int ROW = 34;
    private static final int BOX = 20;

    private ChainChart() {}

    /**
     * @param sizes of the blocks, in transfers
     * @param named whether an audit named each
     */
    record Row(String title, List<Integer> sizes, List<Boolean> named) {}

    static String svg(List<Row> rows) {
        var svg = new StringBuilder("<svg viewBox='0 0 1050 %d'>".formatted(rows.size() * ROW));
        for (int i = 0; i < rows.size(); i++) {
            svg.append(row(rows.get(i), i * ROW));
        }
        return svg.append("</svg>").toString();
    }

    private static String row(Row row, int y) {
        var boxes = new StringBuilder("<text x='%d' y='%d' text-anchor='end' style='fill:var(--text)'>%s</text>"
                .formatted(LEFT - 10, y + BOX - 5, Report.escaped(row.title)));
        double width = WIDTH / (double) Math.max(1, row.sizes.size());
        for (int i = 0; i < row.sizes.size(); i++) {
            boxes.append(
                    "<g><title>block %d, %d transfers</title><rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'/></g>"
                            .formatted(i + 1, row.sizes.get(i), LEFT + i * width, y, width - 3, BOX, row.named.get(i)
                                    ? "var(--bad)"
                                    : "var(--blue)"));
        }
        return boxes.toString();
    }
}
