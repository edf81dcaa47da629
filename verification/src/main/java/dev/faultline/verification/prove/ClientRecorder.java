package dev.faultline.verification.prove;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Records what clients see during a run. Thread-safe. Times are milliseconds since its creation. */
final class ClientRecorder {
    private final long begin = System.nanoTime();
    private final List<Long> accepted = Collections.synchronizedList(new ArrayList<>());
    private final List<CompletedOrder> completed = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong shed = new AtomicLong();
    private final Map<String, Long> givenUp = new ConcurrentHashMap<>();

    long now() {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    void accepted() {
        accepted.add(now());
    }

    void completed(long due, String status) {
        completed.add(new CompletedOrder(now(), (System.nanoTime() - due) / 1_000_000, status));
    }

    void retried() {
        retries.incrementAndGet();
    }

    /** The client gave up, and the last response said that the platform was busy. */
    void shed() {
        shed.incrementAndGet();
    }

    void gaveUp(String lastError) {
        givenUp.merge(lastError, 1L, Long::sum);
    }

    long retries() {
        return retries.get();
    }

    long shedRequests() {
        return shed.get();
    }

    SortedMap<String, Long> givenUp() {
        return new TreeMap<>(givenUp);
    }

    List<Long> acceptedAtMs() {
        synchronized (accepted) {
            return accepted.stream().sorted().toList();
        }
    }

    List<CompletedOrder> completedOrders() {
        synchronized (completed) {
            return List.copyOf(completed);
        }
    }

    /** The longest time without an accepted order between two moments. */
    long longestGap(long from, long to) {
        long last = from;
        long longest = 0;
        for (long at : acceptedAtMs()) {
            if (at >= from && at <= to) {
                longest = Math.max(longest, at - last);
                last = at;
            }
        }
        return Math.max(longest, to - last);
    }
}
