package dev.faultline.verification.history;

import java.util.List;
import java.util.stream.Stream;

/** Checks a history against the promises of {@code docs/guarantees.md}, each by a rule that is independent of the others. */
public final class HistoryChecker {
    private HistoryChecker() {}

    /** Every promise that was broken; empty if none was. */
    public static List<Anomaly> check(History history) {
        return Stream.of(OrderRules.of(history), PlacementRules.of(history), StockRules.of(history),
                MoneyRules.of(history), MessageRules.of(history)).flatMap(rule -> rule).toList();
    }
}
