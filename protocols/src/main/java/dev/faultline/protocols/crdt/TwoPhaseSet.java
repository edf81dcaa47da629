package dev.faultline.protocols.crdt;

import java.util.SortedSet;
import java.util.TreeSet;

/** A control: a set without tags, where what was removed once is removed for ever. Replicas become equal, but not right. */
record TwoPhaseSet(SortedSet<String> added, SortedSet<String> removed) implements Crdt<TwoPhaseSet> {
    static final TwoPhaseSet EMPTY = new TwoPhaseSet(new TreeSet<>(), new TreeSet<>());

    TwoPhaseSet add(String element) {
        return new TwoPhaseSet(with(added, element), removed);
    }

    TwoPhaseSet remove(String element) {
        return new TwoPhaseSet(added, with(removed, element));
    }

    SortedSet<String> elements() {
        var elements = new TreeSet<>(added);
        elements.removeAll(removed);
        return elements;
    }

    @Override
    public TwoPhaseSet merge(TwoPhaseSet other) {
        var allAdded = new TreeSet<>(added);
        allAdded.addAll(other.added);
        var allRemoved = new TreeSet<>(removed);
        allRemoved.addAll(other.removed);
        return new TwoPhaseSet(allAdded, allRemoved);
    }

    private static SortedSet<String> with(SortedSet<String> set, String element) {
        var next = new TreeSet<>(set);
        next.add(element);
        return next;
    }

    @Override
    public String toString() {
        return elements().toString();
    }
}
