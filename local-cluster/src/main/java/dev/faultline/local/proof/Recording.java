package dev.faultline.local.proof;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What became of the orders of one run, and when. Safe for use by many threads. Times are milliseconds since it began. */
final class Recording {
    private final long begin = System.nanoTime();
    private final List<Long> accepted = Collections.synchronizedList(new ArrayList<>());
    private final List<Settled> settled = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong repeated = new AtomicLong();
    private final AtomicLong turnedAway = new AtomicLong();
    private final Map<String, Long> givenUp = new ConcurrentHashMap<>();

    long now() {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    void accepted() {
        accepted.add(now());
    }

    void settled(long due, String status) {
        settled.add(new Settled(now(), (System.nanoTime() - due) / 1_000_000, status));
    }

    void repeated() {
        repeated.incrementAndGet();
    }

    /** The client was told to the end that too much is under way. */
    void turnedAway() {
        turnedAway.incrementAndGet();
    }

    /** @param lastTold what the client heard last, before it gave the wish up */
    void gaveUp(String lastTold) {
        givenUp.merge(lastTold, 1L, Long::sum);
    }

    long repeats() {
        return repeated.get();
    }

    long clientsTurnedAway() {
        return turnedAway.get();
    }

    SortedMap<String, Long> givenUp() {
        return new TreeMap<>(givenUp);
    }

    List<Long> acceptances() {
        synchronized (accepted) {
            return accepted.stream().sorted().toList();
        }
    }

    List<Settled> settlements() {
        synchronized (settled) {
            return List.copyOf(settled);
        }
    }

    /** The longest time without an accepted order within a span of time. */
    long longestGap(long from, long to) {
        long last = from;
        long longest = 0;
        for (long at : acceptances()) {
            if (at >= from && at <= to) {
                longest = Math.max(longest, at - last);
                last = at;
            }
        }
        return Math.max(longest, to - last);
    }
}
