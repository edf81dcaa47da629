package dev.faultline.protocols.schedules;

/**
 * A node of a schedule.
 *
 * @param number from 0, in the order in which the nodes were named; protocols break ties with it
 */
public record NodeId(int number, String name) implements Comparable<NodeId> {

    @Override
    public int compareTo(NodeId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeId that && number == that.number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return name;
    }
}
