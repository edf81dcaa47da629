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
 * Time, chance and what happens next. All that is random comes from one seed, and events at the same time happen in the
 * order in which they were planned: so a seed is a schedule.
 */
final class World {
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
    private final SplittableRandom random;
    private final boolean recording;
    private final Set<Protection> without;
    private final Set<String> unwatched;
    private final List<String> history = new ArrayList<>();
    final Faults faults;
    final Coverage coverage = new Coverage();
    private Runnable whenChanged = () -> {};
    private long nowMs;
    private long planned;
    private long lastId;
    private long fingerprint;
    private int underway;
    private @Nullable BrokenPromise broken;
    private @Nullable Task running;

    private record Event(long atMs, long number, Runnable action) {}

    World(long seed, Simulation.Setting setting, boolean recording) {
        this.random = new SplittableRandom(seed);
        Faults drawn = Faults.draw(random);
        this.faults = setting.lossless() ? drawn.withoutLoss() : drawn;
        this.without = setting.without();
        this.unwatched = setting.unwatched();
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

    /** Draws whether a fault strikes; none does after the horizon. */
    boolean strikes(double probability) {
        return probability > 0 && !faultsHaveEnded() && random.nextDouble() < probability;
    }

    boolean coin(double probability) {
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
        events.add(new Event(nowMs + delayMs, planned++, action));
    }

    /** Like {@link #after}, for something that the world may not end before: a message or a request on its way. */
    void underway(long delayMs, Runnable action) {
        underway++;
        after(delayMs, () -> {
            underway--;
            action.run();
        });
    }

    boolean isAnythingUnderway() {
        return underway > 0;
    }

    /** The party that runs now. */
    Task running() {
        if (running == null) {
            throw new IllegalStateException("no party runs");
        }
        return running;
    }

    void running(@Nullable Task task) {
        running = task;
    }

    void whenChanged(Runnable check) {
        whenChanged = check;
    }

    /** To be called after each commit, before anything else can happen. */
    void changed() {
        whenChanged.run();
    }

    void broken(BrokenPromise promise) {
        if (broken == null && !unwatched.contains(promise.promise())) {
            broken = promise;
            tell("PROMISE BROKEN", "%s", promise);
        }
    }

    @Nullable
    BrokenPromise broken() {
        return broken;
    }

    /** Lets the next thing happen. */
    void advance() {
        Event event = events.remove();
        nowMs = event.atMs;
        fingerprint = (fingerprint * 31 + event.atMs) * 31 + event.number;
        event.action.run();
    }

    /** @param what a format */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's own, and not worth a dependency
    void tell(String who, String what, @Nullable Object... details) {
        if (recording) {
            history.add(String.format(Locale.ROOT, "%9.3f s  %-19s %s", nowMs / 1000.0, who,
                    what.formatted(details)));
        }
    }

    List<String> history() {
        return List.copyOf(history);
    }

    /** Equal for equal schedules, whether or not their histories are kept. */
    long fingerprint() {
        return fingerprint * 31 + random.nextLong();
    }
}
