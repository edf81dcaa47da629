package dev.faultline.protocols.clocks;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Which event happened before which, by Lamport's definition: the order within each process, and sending before receiving, and
 * whatever follows from these. It looks at no clock, and then judges them.
 */
final class HappenedBefore implements ClockedProcess.Events {
    private final List<Event> events = new ArrayList<>();
    private final Map<NodeId, Integer> last = new HashMap<>();

    /** @param before the numbers of the events that happened before */
    private record Event(NodeId process, BitSet before, int lamport, VectorClock vector) {
        @Override
        public String toString() {
            return "%s at %d %s".formatted(process, lamport, vector);
        }
    }

    @Override
    public int happened(NodeId process, @Nullable Stamped received, int lamport, VectorClock vector) {
        var before = new BitSet();
        Integer previous = last.put(process, events.size());
        if (previous != null) {
            before.or(events.get(previous).before);
            before.set(previous);
        }
        if (received != null) {
            before.or(events.get(received.event()).before);
            before.set(received.event());
        }
        events.add(new Event(process, before, lamport, vector));
        return events.size() - 1;
    }

    /** What happened before has a lower number; nothing is said of the converse. */
    void checkLamportClocks() {
        forEachPair((earlier, later, before) -> Violation.unless(!before || earlier.lamport < later.lamport,
                "clock condition", () -> "%s happened before %s".formatted(earlier, later)));
    }

    /** What one who took a lower number for a cause would believe. */
    void checkThatLowerNumbersAreCauses() {
        forEachPair((earlier, later, before) -> Violation.unless(before || earlier.lamport >= later.lamport,
                "converse", () -> "%s did not happen before %s".formatted(earlier, later)));
    }

    /** Vectors tell exactly what happened before what. */
    void checkVectorClocks() {
        forEachPair((earlier, later, before) -> Violation.unless(before == earlier.vector.isBefore(later.vector),
                "causality", () -> "%s happened %s%s".formatted(earlier, before ? "before " : "without regard to ",
                        later)));
    }

    /** How many of a hundred pairs of events are in no order. */
    int percentConcurrent() {
        int pairs = events.size() * (events.size() - 1) / 2;
        int ordered = events.stream().mapToInt(event -> event.before.cardinality()).sum();
        return 100 * (pairs - ordered) / Math.max(1, pairs);
    }

    @FunctionalInterface
    private interface Pair {
        void accept(Event one, Event other, boolean happenedBefore);
    }

    /** All pairs of different events, in both orders. */
    private void forEachPair(Pair pair) {
        for (int i = 0; i < events.size(); i++) {
            for (int j = 0; j < events.size(); j++) {
                if (i != j) {
                    pair.accept(events.get(i), events.get(j), events.get(j).before.get(i));
                }
            }
        }
    }
}
