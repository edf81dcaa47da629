package dev.faultline.protocols.dynamo;

import java.util.List;
import java.util.stream.IntStream;

import dev.faultline.protocols.schedules.NodeId;

/**
 * How the store is run.
 *
 * @param r        how many replicas answer a read
 * @param w        how many replicas store a write
 * @param sloppy   whether a stand-in counts as one of them
 * @param repairs  whether reads repair stale replicas, and stand-ins keep what a replica missed
 */
record Quorums(int r, int w, boolean sloppy, boolean repairs) {
    /** How many replicas a key has. */
    static final int N = 3;

    static final Quorums STRICT = new Quorums(2, 2, false, true);
    static final Quorums ONE = new Quorums(1, 1, false, true);
    static final Quorums SLOPPY = new Quorums(2, 2, true, true);
    static final Quorums WITHOUT_REPAIR = new Quorums(2, 2, false, false);

    /** The replicas of a key: N nodes of the ring. Those that follow them stand in for them. */
    static List<NodeId> preferenceList(List<NodeId> ring, String key) {
        return from(ring, key).subList(0, N);
    }

    static List<NodeId> standIns(List<NodeId> ring, String key) {
        return from(ring, key).subList(N, ring.size());
    }

    private static List<NodeId> from(List<NodeId> ring, String key) {
        int start = Math.floorMod(key.hashCode(), ring.size());
        return IntStream.range(0, ring.size()).mapToObj(i -> ring.get((start + i) % ring.size())).toList();
    }
}
