package dev.faultline.protocols.crdt;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.faultline.protocols.schedules.NodeId;

/**
 * A set (OR-set): each addition has a tag of its own, and a removal removes the tags that it has seen. An addition that the
 * removal has not seen stays: of concurrent ones, the addition wins. Immutable.
 */
record ObservedRemoveSet(SortedSet<Tagged> added, SortedSet<Tagged> removed) implements Crdt<ObservedRemoveSet> {
    static final ObservedRemoveSet EMPTY = new ObservedRemoveSet(new TreeSet<>(), new TreeSet<>());

    /** An addition; no two have the same replica and number. */
    record Tagged(String element, NodeId replica, int number) implements Comparable<Tagged> {
        @Override
        public int compareTo(Tagged other) {
            int order = element.compareTo(other.element);
            order = order == 0 ? replica.compareTo(other.replica) : order;
            return order == 0 ? Integer.compare(number, other.number) : order;
        }
    }

    ObservedRemoveSet add(Tagged addition) {
        var next = new TreeSet<>(added);
        next.add(addition);
        return new ObservedRemoveSet(next, removed);
    }

    ObservedRemoveSet remove(String element) {
        var next = new TreeSet<>(removed);
        added.stream().filter(addition -> addition.element.equals(element)).forEach(next::add);
        return new ObservedRemoveSet(added, next);
    }

    SortedSet<String> elements() {
        return added.stream().filter(addition -> !removed.contains(addition)).map(Tagged::element).collect(Collectors
                .toCollection(TreeSet::new));
    }

    @Override
    public ObservedRemoveSet merge(ObservedRemoveSet other) {
        return new ObservedRemoveSet(union(added, other.added), union(removed, other.removed));
    }

    private static SortedSet<Tagged> union(SortedSet<Tagged> one, SortedSet<Tagged> other) {
        var union = new TreeSet<>(one);
        union.addAll(other);
        return union;
    }

    @Override
    public String toString() {
        return elements().toString();
    }
}
