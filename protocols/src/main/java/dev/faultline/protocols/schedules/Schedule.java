package dev.faultline.protocols.schedules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Virtual time, randomness and the event queue. All randomness comes from one seed, and simultaneous events are processed in
 * the order in which they were scheduled, so a seed determines a schedule. For one thread.
 *
 * @see <a href="https://apple.github.io/foundationdb/testing.html">FoundationDB: Simulation and Testing</a>
 */
public final class Schedule {
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
    private final SplittableRandom random;
    private final boolean recording;
    private final List<NodeId> nodes = new ArrayList<>();
    private final List<TraceEvent> recorded = new ArrayList<>();
    private final TreeMap<String, Long> coverage = new TreeMap<>();
    private final TreeMap<String, Distribution> figures = new TreeMap<>();
    private long nowMs;
    private long scheduled;
    private long fingerprint;

    private record Event(long atMs, long number, Runnable action) {}

    /**
     * What came of one schedule.
     *
     * @param violation   the first one; null if there was none
     * @param trace       without events, unless the schedule was recorded
     * @param fingerprint the same for the same schedule, recorded or not
     */
    record Result(@Nullable Violation violation, TreeMap<String, Long> coverage, TreeMap<String, Distribution> figures,
            Trace trace, long fingerprint) {}

    private Schedule(long seed, boolean recording) {
        this.random = new SplittableRandom(seed);
        this.recording = recording;
    }

    static Result play(Scenario scenario, long seed, boolean recording) {
        var schedule = new Schedule(seed, recording);
        Violation violation = null;
        try {
            scenario.play(schedule);
        } catch (Violation found) {
            violation = found;
            schedule.record(() -> new TraceEvent.Violated(schedule.nowMs, found.what()));
        }
        return new Result(violation, schedule.coverage, schedule.figures, Trace.of(schedule.nodes, schedule.recorded,
                schedule.nowMs),
                schedule.fingerprint * 31 + schedule.random.nextLong());
    }

    public long nowMs() {
        return nowMs;
    }

    /** From {@code from}, and less than {@code to}. */
    public int between(int from, int to) {
        return random.nextInt(from, to);
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    public boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    public <E> E oneOf(List<E> elements) {
        return elements.get(random.nextInt(elements.size()));
    }

    public void after(long delayMs, Runnable action) {
        events.add(new Event(nowMs + delayMs, scheduled++, action));
    }

    /** Processes events until there are none before that moment, which it is then. */
    public void runUntil(long ms) {
        for (Event next = events.peek(); next != null && next.atMs <= ms; next = events.peek()) {
            events.remove();
            nowMs = next.atMs;
            fingerprint = (fingerprint * 31 + next.atMs) * 31 + next.number;
            next.action.run();
        }
        nowMs = ms;
    }

    /**
     * As {@link #runUntil(long)}, but no longer than necessary.
     *
     * @return whether it is done
     */
    public boolean runUntil(long ms, BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            Event next = events.peek();
            if (next == null || next.atMs > ms) {
                nowMs = ms;
                return false;
            }
            runUntil(next.atMs);
        }
        return true;
    }

    /** Names nodes: those named first are drawn first. */
    public List<NodeId> nodes(String prefix, int count) {
        for (int i = 1; i <= count; i++) {
            nodes.add(new NodeId(nodes.size(), prefix + i));
        }
        return List.copyOf(nodes.subList(nodes.size() - count, nodes.size()));
    }

    /** Counts that something happened that makes the schedule worth running. */
    public void count(String what) {
        coverage.merge(what, 1L, Long::sum);
    }

    /** Measures something that is worth knowing of each schedule. */
    public void measure(String what, long value) {
        figures.computeIfAbsent(what, _ -> new Distribution()).add(value);
    }

    /** Evaluates the event if the schedule is recorded, which has no other effect. */
    public void record(Supplier<TraceEvent> event) {
        if (recording) {
            recorded.add(event.get());
        }
    }
}
