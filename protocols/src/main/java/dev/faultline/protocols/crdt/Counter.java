package dev.faultline.protocols.crdt;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.protocols.schedules.NodeId;

/** A counter (PN-counter): each replica counts its own increments and decrements, which only grow. Immutable. */
record Counter(SortedMap<NodeId, Integer> increments, SortedMap<NodeId, Integer> decrements) implements Crdt<Counter> {
    static final Counter ZERO = new Counter(Collections.emptySortedMap(), Collections.emptySortedMap());

    Counter increment(NodeId replica) {
        return new Counter(oneMore(increments, replica), decrements);
    }

    Counter decrement(NodeId replica) {
        return new Counter(increments, oneMore(decrements, replica));
    }

    int value() {
        return sum(increments) - sum(decrements);
    }

    @Override
    public Counter merge(Counter other) {
        return new Counter(highest(increments, other.increments), highest(decrements, other.decrements));
    }

    private static SortedMap<NodeId, Integer> oneMore(SortedMap<NodeId, Integer> counts, NodeId replica) {
        var next = new TreeMap<>(counts);
        next.merge(replica, 1, Integer::sum);
        return next;
    }

    private static SortedMap<NodeId, Integer> highest(SortedMap<NodeId, Integer> one,
            SortedMap<NodeId, Integer> other) {
        var merged = new TreeMap<>(one);
        other.forEach((replica, count) -> merged.merge(replica, count, Math::max));
        return merged;
    }

    private static int sum(SortedMap<NodeId, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public String toString() {
        return Integer.toString(value());
    }
}
