package dev.faultline.protocols.dynamo;

import java.util.List;
import java.util.stream.Stream;

import dev.faultline.protocols.clocks.VectorClock;

/** A value, and which writes it has seen. */
record Version(int value, VectorClock clock) {

    /** Of both, those that no other one replaces. More than one are siblings: concurrent writes, of which none may be dropped. */
    static List<Version> merge(List<Version> one, List<Version> other) {
        List<Version> all = Stream.concat(one.stream(), other.stream()).distinct().toList();
        return all.stream().filter(version -> all.stream().noneMatch(each -> version.clock.isBefore(each.clock)))
                .toList();
    }

    /** The clock of a client that has read these. */
    static VectorClock context(List<Version> versions) {
        return versions.stream().map(Version::clock).reduce(VectorClock.ZERO, VectorClock::merge);
    }

    static boolean covers(List<Version> versions, VectorClock write) {
        return versions.stream().anyMatch(version -> version.clock.covers(write));
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
