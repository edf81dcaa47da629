package dev.faultline.protocols.clocks;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.protocols.schedules.NodeId;

/**
 * How many events of each node are known, 0 for those that are not in it. Immutable.
 *
 * @see <a href="https://www.vs.inf.ethz.ch/publ/papers/VirtTimeGlobStates.pdf">Mattern: Virtual Time and Global States, 1989</a>
 */
public record VectorClock(SortedMap<NodeId, Integer> entries) {
    public static final VectorClock ZERO = new VectorClock(Collections.emptySortedMap());

    public VectorClock {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    public int get(NodeId node) {
        return entries.getOrDefault(node, 0);
    }

    /** One more event of this node. */
    public VectorClock tick(NodeId node) {
        return with(node, get(node) + 1);
    }

    public VectorClock with(NodeId node, int events) {
        var next = new TreeMap<>(entries);
        next.put(node, events);
        return new VectorClock(next);
    }

    /** All that either knows. */
    public VectorClock merge(VectorClock other) {
        var merged = new TreeMap<>(entries);
        other.entries.forEach((node, events) -> merged.merge(node, events, Math::max));
        return new VectorClock(merged);
    }

    /** Whether it knows all that the other one does: it is equal or later. */
    public boolean covers(VectorClock other) {
        return other.entries.entrySet().stream().allMatch(entry -> get(entry.getKey()) >= entry.getValue());
    }

    /** Whether this happened before the other one. Two different clocks of which neither did are concurrent. */
    public boolean isBefore(VectorClock other) {
        return other.covers(this) && !covers(other);
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
