package dev.faultline.protocols.checking;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

import dev.faultline.protocols.schedules.NodeId;

/** {@link Agreement} on each entry of a log. */
public final class LogAgreement<V> {
    private final Predicate<V> proposed;
    private final Map<Integer, Agreement<V>> entries = new HashMap<>();

    /** @param proposed whether somebody proposed the value */
    public LogAgreement(Predicate<V> proposed) {
        this.proposed = proposed;
    }

    /** @throws dev.faultline.protocols.schedules.Violation of "agreement" or "validity" */
    public void decided(NodeId node, int position, V value) {
        entries.computeIfAbsent(position, _ -> new Agreement<>(proposed)).decided(node, value);
    }
}
