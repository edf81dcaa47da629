package dev.faultline.verification.history;

import java.util.List;
import java.util.stream.Stream;

/** Checks a history against the guarantees in {@code docs/guarantees.md}. The rules do not depend on one another. */
public final class HistoryChecker {
    private HistoryChecker() {}

    /** Returns every violation found. */
    public static List<Anomaly> check(History history) {
        return Stream.of(OrderRules.of(history), PlacementRules.of(history), StockRules.of(history),
                MoneyRules.of(history), MessageRules.of(history)).flatMap(rule -> rule).toList();
    }
}
