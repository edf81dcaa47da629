package dev.faultline.protocols.checking;

import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every decision, and remembers it whatever becomes of the node: no two may differ, and each must be a value that
 * somebody proposed.
 */
public final class Agreement<V> {
    private final Predicate<V> proposed;
    private final TreeMap<NodeId, V> decisions = new TreeMap<>();
    private @Nullable V decision;

    /** @param proposed whether somebody proposed the value */
    public Agreement(Predicate<V> proposed) {
        this.proposed = proposed;
    }

    /** @throws Violation of "agreement" or "validity" */
    public void decided(NodeId node, V value) {
        Violation.unless(proposed.test(value), "validity", () -> node + " decided " + value
                + ", which nobody proposed");
        decisions.put(node, value);
        if (decision == null) {
            decision = value;
        }
        Violation.unless(decision.equals(value), "agreement", () -> "decided are " + decisions);
    }

    public Set<NodeId> whoDecided() {
        return decisions.keySet();
    }
}
