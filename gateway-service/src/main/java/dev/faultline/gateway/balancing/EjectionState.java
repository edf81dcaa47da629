package dev.faultline.gateway.balancing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/** Whether an instance is out of rotation, and since when. Thread-safe, without locks. Times in nanoseconds. */
final class EjectionState {
    private final AtomicReference<@Nullable Ejection> last = new AtomicReference<>();
    private final AtomicInteger count = new AtomicInteger();

    /** @param number 1 for the first; each in a row is one more */
    private record Ejection(long at, long until, int number) {}

    /** For how long it is still out of rotation; 0 or less if it is not. */
    long left(long now) {
        Ejection ejection = last.get();
        return ejection == null ? 0 : ejection.until - now;
    }

    /** The time since the last one ended; very long if there was none, negative while it lasts. */
    long sinceEnd(long now) {
        Ejection ejection = last.get();
        return ejection == null ? Long.MAX_VALUE : now - ejection.until;
    }

    /** Whether a request that began then tells nothing about the instance, because it was ejected since. */
    boolean isAfter(long begunAt) {
        Ejection ejection = last.get();
        return ejection != null && begunAt - ejection.at < 0;
    }

    /** How often it was ejected. */
    int count() {
        return count.get();
    }

    /**
     * Twice as long as before, unless it has been back for {@code longest}.
     *
     * @return whether it was; not if it already is, or somebody else does it
     */
    boolean begin(long now, long first, long longest) {
        Ejection before = last.get();
        if (before != null && before.until - now > 0) {
            return false;
        }
        boolean isInARow = before != null && now - before.until < longest;
        int number = isInARow && before != null ? before.number + 1 : 1;
        long length = number > Long.numberOfLeadingZeros(first) ? longest : Math.min(first << (number - 1), longest);
        if (!last.compareAndSet(before, new Ejection(now, now + length, number))) {
            return false;
        }
        count.incrementAndGet();
        return true;
    }
}
