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
 * @param accepted         orders that were acknowledged to a client
 * @param shed             requests whose clients gave up because the platform was still busy
 * @param givenUp          requests whose clients gave up for another reason, by last error
 * @param retries          requests repeated after a timeout, a lost connection or a retryable error
 * @param confirmed        according to the databases
 * @param unavailableForMs the longest time without an accepted order during the load
 * @param quiescentAfterMs from the end of load and faults until nothing was in flight; null if that took too long
 */
public record ProofResult(long seed, int perSecond, long lengthMs, List<InjectedFault> faults, long sent, long accepted,
        long shed, SortedMap<String, Long> givenUp, long retries, long confirmed, long rejected, long unavailableForMs,
        @Nullable Long quiescentAfterMs, List<Anomaly> anomalies, List<CompletedOrder> completed,
        List<Long> acceptedAtMs) {

    /**
     * @param node          the target, or the node that had the role
     * @param recoveredAtMs when the fault was healed and the node ready
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

    /** Whether there is no anomaly, every node recovered, and every request was accepted. */
    public boolean isProven() {
        return anomalies.isEmpty() && quiescentAfterMs != null && accepted == sent && givenUp.isEmpty() && shed == 0
                && faults.stream().allMatch(InjectedFault::recovered);
    }

    /** From due to completion, for the orders that a client waited for; 0 if there were none. */
    public long latencyMs(double percentile) {
        List<Long> sorted = completed.stream().map(CompletedOrder::tookMs).sorted().toList();
        return sorted.isEmpty() ? 0
                : sorted.get((int) Math.min(sorted.size() - 1L, (long) (percentile / 100 * sorted.size())));
    }

    private long count(Anomaly.Kind kind) {
        return anomalies.stream().filter(anomaly -> anomaly.kind() == kind).count();
    }
}
