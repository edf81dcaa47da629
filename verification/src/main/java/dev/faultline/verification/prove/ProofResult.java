package dev.faultline.verification.prove;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.verification.fault.ScheduledFault;
import dev.faultline.verification.history.Anomaly;
import org.jspecify.annotations.Nullable;

/**
 * The result of a proof run. Times are milliseconds since the load began.
 *
 * @param sent             orders that clients requested
 * @param accepted         orders whose acceptance a client saw
 * @param shed             requests whose clients gave up after forty seconds while the platform still answered that it
 *                         was busy: shed load is counted, not hidden
 * @param givenUp          requests whose clients gave up for any other reason, by the last error they saw
 * @param retries          requests repeated because an answer was lost or retryable
 * @param confirmed        by the databases
 * @param unavailableForMs the longest time without an accepted order during the load
 * @param quiescentAfterMs from the end of load and faults until nothing was in flight; null if that took too long
 */
public record ProofResult(long seed, int perSecond, long lengthMs, List<InjectedFault> faults, long sent, long accepted,
        long shed, SortedMap<String, Long> givenUp, long retries, long confirmed, long rejected, long unavailableForMs,
        @Nullable Long quiescentAfterMs, List<Anomaly> anomalies, List<CompletedOrder> completed,
        List<Long> acceptedAtMs) {

    /**
     * A fault that was injected.
     *
     * @param node          the target, or the node that held the role
     * @param recoveredAtMs when it had healed and the node was ready
     * @param longestGapMs  the longest time without an accepted order between injection and recovery
     */
    public record InjectedFault(ScheduledFault fault, String node, long atMs, long recoveredAtMs, long longestGapMs,
            long retries, boolean recovered) {}

    public ProofResult {
        faults = List.copyOf(faults);
        givenUp = Collections.unmodifiableSortedMap(new TreeMap<>(givenUp));
        anomalies = List.copyOf(anomalies);
        completed = List.copyOf(completed);
        acceptedAtMs = List.copyOf(acceptedAtMs);
    }

    public long lost() {
        return count(Anomaly.Kind.LOST_ORDER);
    }

    public long duplicated() {
        return count(Anomaly.Kind.DUPLICATE_ORDER);
    }

    /** Whether every promise was kept, every node recovered, and every request was accepted. */
    public boolean isProven() {
        return anomalies.isEmpty() && quiescentAfterMs != null && givenUp.isEmpty() && shed == 0
                && faults.stream().allMatch(InjectedFault::recovered);
    }

    /** From due to completion, in milliseconds, of the orders that a client waited for; 0 if there were none. */
    public long latencyMs(double percentile) {
        List<Long> sorted = completed.stream().map(CompletedOrder::tookMs).sorted().toList();
        return sorted.isEmpty() ? 0
                : sorted.get((int) Math.min(sorted.size() - 1L, (long) (percentile / 100 * sorted.size())));
    }

    private long count(Anomaly.Kind kind) {
        return anomalies.stream().filter(anomaly -> anomaly.kind() == kind).count();
    }
}
