package dev.faultline.verification.load;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/** An open-loop arrival process: arrivals are evenly spaced and do not wait for one another. */
public final class OpenLoop {
    private OpenLoop() {}

    /** Must not block. */
    @FunctionalInterface
    public interface Arrival {
        /** @param due by {@link System#nanoTime()} */
        void at(long number, long due);
    }

    /** Calls {@code arrival} for the numbers 0 to count - 1, each when it is due; late arrivals follow at once, none is dropped. */
    public static void forEach(int perSecond, long count, Arrival arrival) {
        forEach(perSecond, number -> number < count, arrival);
    }

    /** @param more whether this number is still wanted, asked before it is due; the first that is not is the end */
    public static void forEach(int perSecond, LongPredicate more, Arrival arrival) {
        long begin = System.nanoTime();
        for (long number = 0; more.test(number); number++) {
            long due = begin + number * 1_000_000_000L / perSecond;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            arrival.at(number, due);
        }
    }
}
