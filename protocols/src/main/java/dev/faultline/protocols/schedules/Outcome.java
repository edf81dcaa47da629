package dev.faultline.protocols.schedules;

import java.util.List;
import java.util.SortedMap;

/**
 * What came of many schedules.
 *
 * @param violations how many schedules violated an invariant, by its name
 * @param first      those with the lowest seeds, at most ten
 * @param coverage   how often what happened
 * @param figures    what was measured
 */
public record Outcome(Variant variant, long firstSeed, int schedules, SortedMap<String, Integer> violations,
        List<Failure> first, SortedMap<String, Long> coverage, SortedMap<String, Distribution> figures) {

    /** @param what which invariant was violated, and how */
    public record Failure(long seed, String invariant, String what) {}

    /** What should have happened at least once and never did: without it, the run says nothing. */
    public List<String> missing() {
        return variant.needs().stream().filter(what -> !coverage.containsKey(what)).toList();
    }

    /** Whether nothing was violated, or, of a control, whether what it must violate was. */
    public boolean isAsExpected() {
        String breaks = variant.breaks();
        return breaks == null ? violations.isEmpty() && missing().isEmpty() : violations.containsKey(breaks);
    }
}
