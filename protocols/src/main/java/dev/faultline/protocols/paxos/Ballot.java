package dev.faultline.protocols.paxos;

import java.util.Comparator;

import dev.faultline.protocols.schedules.NodeId;

/** Ordered, and no two proposers have one in common. */
record Ballot(int round, NodeId proposer) implements Comparable<Ballot> {
    private static final Comparator<Ballot> ORDER = Comparator.comparingInt(Ballot::round).thenComparing(
            Ballot::proposer);

    static final Ballot NONE = new Ballot(0, new NodeId(-1, "nobody"));

    @Override
    public int compareTo(Ballot other) {
        return ORDER.compare(this, other);
    }

    boolean isBelow(Ballot other) {
        return compareTo(other) < 0;
    }

    @Override
    public String toString() {
        return round + "." + proposer;
    }
}
