package dev.faultline.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.faultline.verification.history.Anomaly;
import dev.faultline.verification.history.History;

/** Prints the result of a check. */
final class CheckText {
    private static final int SHOWN_PER_KIND = 5;

    private final Terminal terminal;

    CheckText(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(History history, List<Anomaly> anomalies) {
        terminal.line("%d orders: %d confirmed, %d rejected. %d of them are in the clients' journals.".formatted(
                history.orders(), history.confirmed(), history.rejected(), history.acknowledged()));
        print(anomalies);
    }

    void print(List<Anomaly> anomalies) {
        if (anomalies.isEmpty()) {
            terminal.line(terminal.coloured(Terminal.Colour.GREEN, "No anomalies:")
                    + " no order lost or duplicated, stock and money conserved, each row on its shard.");
            return;
        }
        terminal.line(terminal.coloured(Terminal.Colour.RED, anomalies.size() == 1 ? "1 anomaly:"
                : anomalies.size() + " anomalies:"));
        Map<Anomaly.Kind, List<Anomaly>> byKind = anomalies.stream().collect(Collectors.groupingBy(Anomaly::kind,
                TreeMap::new, Collectors.toList()));
        byKind.forEach((kind, all) -> {
            all.stream().limit(SHOWN_PER_KIND).forEach(anomaly -> terminal.line("  " + anomaly));
            if (all.size() > SHOWN_PER_KIND) {
                terminal.line("  " + kind + ": " + (all.size() - SHOWN_PER_KIND) + " more");
            }
        });
    }
}
