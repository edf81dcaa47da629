package dev.faultline.local.proof.history;

import java.util.List;
import java.util.stream.Stream;

/** The promises, each by a rule of its own that knows nothing of the others. */
public final class History {
    private History() {}

    /** What was promised and not kept; empty if all was. The platform has to be at rest. */
    public static List<Anomaly> anomaliesOf(Observed observed) {
        return Stream.of(OrderRules.of(observed), PlacementRules.of(observed), StockRules.of(observed),
                MoneyRules.of(observed), MessageRules.of(observed)).flatMap(rule -> rule).toList();
    }
}
