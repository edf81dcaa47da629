package dev.faultline.local.proof;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.local.proof.history.Anomaly;
import org.jspecify.annotations.Nullable;

/**
 * What a proof has shown. Times are milliseconds since the load began.
 *
 * @param sent              orders that clients wished
 * @param accepted          of them, those that a client was told of
 * @param turnedAway        of them, those whose clients asked for forty seconds, and were told to the end that too much
 *                          is under way: an overload is refused, and not hidden
 * @param givenUp           of them, those that clients gave up for any other reason, by what they were told last
 * @param repeats           requests that were sent again because an answer was lost or promised nothing
 * @param confirmed         of them, by the databases
 * @param unavailableForMs  the longest time without an accepted order while there was load
 * @param restedAfterMs     from the end of load and faults until everything under way had come to its end; null if it
 *                          did not in time
 */
public record Outcome(long seed, int perSecond, long lengthMs, List<Injected> faults, long sent, long accepted,
        long turnedAway, SortedMap<String, Long> givenUp, long repeats, long confirmed, long rejected,
        long unavailableForMs, @Nullable Long restedAfterMs, List<Anomaly> anomalies, List<Settled> settled,
        List<Long> acceptedAtMs) {

    /**
     * A fault as it came about.
     *
     * @param node         that had the role, or was the target itself
     * @param healedAtMs   when it was taken back and the node was ready
     * @param longestGapMs the longest time without an accepted order from its beginning to then
     */
    public record Injected(Fault fault, String node, long atMs, long healedAtMs, long longestGapMs, long repeats,
            boolean recovered) {}

    public Outcome {
        faults = List.copyOf(faults);
        givenUp = Collections.unmodifiableSortedMap(new TreeMap<>(givenUp));
        anomalies = List.copyOf(anomalies);
        settled = List.copyOf(settled);
        acceptedAtMs = List.copyOf(acceptedAtMs);
    }

    public long lost() {
        return count(Anomaly.Kind.LOST_ORDER);
    }

    public long doubled() {
        return count(Anomaly.Kind.DOUBLED_ORDER);
    }

    /** Every promise was kept, every node came back, and every wish was accepted. */
    public boolean isProven() {
        return anomalies.isEmpty() && restedAfterMs != null && givenUp.isEmpty() && turnedAway == 0 && faults
                .stream().allMatch(
                        Injected::recovered);
    }

    /** From due to settled, in milliseconds, of those that were waited for; 0 if there was none. */
    public long latencyMs(double percentile) {
        List<Long> sorted = settled.stream().map(Settled::tookMs).sorted().toList();
        return sorted.isEmpty() ? 0
                : sorted.get((int) Math.min(sorted.size() - 1L, (long) (percentile / 100 * sorted.size())));
    }

    private long count(Anomaly.Kind kind) {
        return anomalies.stream().filter(anomaly -> anomaly.kind() == kind).count();
    }
}
