package dev.faultline.local.proof;

import java.util.List;

import dev.faultline.local.proof.history.Anomaly;
import org.jspecify.annotations.Nullable;

/**
 * What a proof has shown. Times are milliseconds since the load began.
 *
 * @param sent              orders that clients wished
 * @param accepted          of them, those that a client was told of
 * @param unanswered        of them, those that no answer came for in forty seconds of asking again
 * @param repeats           requests that were sent again because an answer was lost or promised nothing
 * @param confirmed         of them, by the databases
 * @param unavailableForMs  the longest time without an accepted order while there was load
 * @param restedAfterMs     from the end of load and faults until everything under way had come to its end; null if it
 *                          did not in time
 */
public record Outcome(long seed, int perSecond, long lengthMs, List<Injected> faults, long sent, long accepted,
        long unanswered, long repeats, long confirmed, long rejected, long unavailableForMs,
        @Nullable Long restedAfterMs, List<Anomaly> anomalies, List<Settled> settled, List<Long> acceptedAtMs) {

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

    /** Every promise was kept, every node came back, and every wish was answered. */
    public boolean isProven() {
        return anomalies.isEmpty() && restedAfterMs != null && unanswered == 0 && faults.stream().allMatch(
                Injected::recovered);
    }

    /** From due to settled, in milliseconds; 0 if no order was settled. */
    public long latencyMs(double percentile) {
        List<Long> sorted = settled.stream().map(Settled::tookMs).sorted().toList();
        return sorted.isEmpty() ? 0
                : sorted.get((int) Math.min(sorted.size() - 1L, (long) (percentile / 100 * sorted.size())));
    }

    private long count(Anomaly.Kind kind) {
        return anomalies.stream().filter(anomaly -> anomaly.kind() == kind).count();
    }
}
