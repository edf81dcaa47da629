package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/**
 * Virtual time, randomness and the event queue. All randomness comes from one seed, and simultaneous events are processed in
 * the order in which they were scheduled, so a seed determines a schedule.
 */
final class World {
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
    private final SplittableRandom random;
    private final boolean recording;
    private final Set<Protection> without;
    private final Set<String> ignored;
    private final List<String> history = new ArrayList<>();
    final Faults faults;
    final Coverage coverage = new Coverage();
    private Runnable onCommit = () -> {};
    private long nowMs;
    private long scheduled;
    private long lastId;
    private long fingerprint;
    private int inTransit;
    private @Nullable Violation violation;
    private @Nullable Task running;

    private record Event(long atMs, long number, Runnable action) {}

    World(long seed, Simulation.Setting setting, boolean recording) {
        this.random = new SplittableRandom(seed);
        Faults drawn = Faults.draw(random);
        this.faults = setting.lossless() ? drawn.withoutLoss() : drawn;
        this.without = setting.without();
        this.ignored = setting.ignored();
        this.recording = recording;
    }

    long nowMs() {
        return nowMs;
    }

    boolean has(Protection protection) {
        return !without.contains(protection);
    }

    boolean faultsHaveEnded() {
        return nowMs >= faults.horizonMs();
    }

    /** Draws whether a fault occurs; none does after the horizon. */
    boolean faultOccurs(double probability) {
        return probability > 0 && !faultsHaveEnded() && random.nextDouble() < probability;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    long between(long fromMs, long toMs) {
        return random.nextLong(fromMs, toMs);
    }

    long nextId() {
        return ++lastId;
    }

    void after(long delayMs, Runnable action) {
        events.add(new Event(nowMs + delayMs, scheduled++, action));
    }

    /** Like {@link #after}, for a message or a request in transit, before whose arrival the simulation may not end. */
    void inTransit(long delayMs, Runnable action) {
        inTransit++;
        after(delayMs, () -> {
            inTransit--;
            action.run();
        });
    }

    boolean isAnythingInTransit() {
        return inTransit > 0;
    }

    /** The running task. */
    Task running() {
        if (running == null) {
            throw new IllegalStateException("no task is running");
        }
        return running;
    }

    void running(@Nullable Task task) {
        running = task;
    }

    void onCommit(Runnable check) {
        onCommit = check;
    }

    /** Must be called after each commit, before any other event. */
    void committed() {
        onCommit.run();
    }

    void report(Violation found) {
        if (violation == null && !ignored.contains(found.invariant())) {
            violation = found;
            trace("VIOLATION", "%s", found);
        }
    }

    @Nullable
    Violation violation() {
        return violation;
    }

    /** Processes the next event. */
    void advance() {
        Event event = events.remove();
        nowMs = event.atMs;
        fingerprint = (fingerprint * 31 + event.atMs) * 31 + event.number;
        event.action.run();
    }

    /** Adds a line to the history. */
    @SuppressWarnings("AnnotateFormatMethod") // would need a dependency on Error Prone
    void trace(String who, String what, @Nullable Object... details) {
        if (recording) {
            history.add(String.format(Locale.ROOT, "%9.3f s  %-19s %s", nowMs / 1000.0, who,
                    what.formatted(details)));
        }
    }

    List<String> history() {
        return List.copyOf(history);
    }

    /** The same for the same schedule, with or without a history. */
    long fingerprint() {
        return fingerprint * 31 + random.nextLong();
    }
}
