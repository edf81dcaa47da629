package dev.faultline.protocols.schedules;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;

/**
 * A protocol as it is, or a control: the same with something taken away, which must then go wrong. If it did not, nothing would
 * be known of the checks.
 *
 * @param claim  what holds; of a control, what is taken away and what goes wrong
 * @param breaks the invariant that a control violates; null if this is the protocol as it is
 * @param schedules how many a run needs to say something, from seed 1 on
 * @param needs  what must happen at least once in a run, or the run says nothing
 */
public record Variant(String name, String claim, @Nullable String breaks, int schedules, List<String> needs,
        Scenario scenario) {
    private static final int SCHEDULES = 10_000;
    private static final int SEEDS_KEPT = 10;

    public static Variant holds(String name, String claim, List<String> needs, Scenario scenario) {
        return new Variant(name, claim, null, SCHEDULES, needs, scenario);
    }

    public static Variant control(String name, String claim, String breaks, int schedules, Scenario scenario) {
        return new Variant(name, claim, breaks, schedules, List.of(), scenario);
    }

    public boolean isControl() {
        return breaks != null;
    }

    /**
     * Plays many schedules, as many at a time as there are cores. The outcome depends on the arguments only.
     *
     * @param progress is told how many schedules have been played, from several threads
     */
    public Outcome run(long firstSeed, int schedules, LongConsumer progress) {
        var coverage = new TreeMap<String, Long>();
        var figures = new TreeMap<String, Distribution>();
        var violations = new TreeMap<Long, Violation>();
        var played = new int[1];
        LongStream.range(firstSeed, firstSeed + schedules).parallel().forEach(seed -> {
            Schedule.Result result = Schedule.play(scenario, seed, false);
            synchronized (played) {
                result.coverage().forEach((what, count) -> coverage.merge(what, count, Long::sum));
                result.figures().forEach((what, values) -> figures.computeIfAbsent(what, _ -> new Distribution()).add(
                        values));
                if (result.violation() != null) {
                    violations.put(seed, result.violation());
                }
                progress.accept(++played[0]);
            }
        });
        return new Outcome(this, firstSeed, schedules, byInvariant(violations), first(violations), coverage, figures);
    }

    private static SortedMap<String, Integer> byInvariant(TreeMap<Long, Violation> violations) {
        var counts = new TreeMap<String, Integer>();
        violations.values().forEach(violation -> counts.merge(violation.invariant(), 1, Integer::sum));
        return counts;
    }

    private static List<Outcome.Failure> first(TreeMap<Long, Violation> violations) {
        var first = new ArrayList<Outcome.Failure>();
        violations.forEach((seed, violation) -> {
            if (first.size() < SEEDS_KEPT) {
                first.add(new Outcome.Failure(seed, violation.invariant(), violation.what()));
            }
        });
        return List.copyOf(first);
    }

    /** Plays one schedule again and keeps what happened. */
    public Replay replay(long seed) {
        Schedule.Result result = Schedule.play(scenario, seed, true);
        return new Replay(seed, result.violation() == null ? null : result.violation().what(), result.trace(),
                result.fingerprint());
    }

    /** Identifies the schedule of a seed: another one has another fingerprint, the same one always has the same. */
    public long fingerprint(long seed) {
        return Schedule.play(scenario, seed, false).fingerprint();
    }
}
