package dev.faultline.local.client;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongFunction;

import dev.faultline.local.parts.RefusedException;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Places orders at a given rate, whether or not the platform keeps up, and measures each from the moment it was due: so a
 * platform that stalls is charged for every order that had to wait, and not only for the one that saw the stall.
 *
 * @see <a href="https://doi.org/10.5555/1267680.1267698">Schroeder et al., Open Versus Closed: A Cautionary Tale, 2006</a>
 */
public final class OpenLoop {
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(2);

    private final LongFunction<Order> place;

    /** @param place is given numbers from 0; places the order of that number and waits for its end */
    OpenLoop(LongFunction<Order> place) {
        this.place = place;
    }

    /** Orders of so many customers, one line each, of SKUs that there are enough of. */
    public static OpenLoop of(Platform platform, String run, LongFunction<PlaceOrder> orders) {
        return new OpenLoop(number -> platform.place(orders.apply(number), run + "-" + number, WAIT));
    }

    /**
     * What came of it.
     *
     * @param ends   how many orders came to which end; PENDING ones had not come to an end within ten seconds
     * @param faults how many got no order, by what they were told
     * @param microseconds from the moment each order was due to the answer that it had come to its end
     */
    public record Outcome(long sent, Map<String, Long> ends, Map<String, Long> faults, Histogram microseconds,
            Duration took) {

        public boolean isFlawless() {
            return faults.isEmpty() && !ends.containsKey("PENDING");
        }

        /** The latency below which this share of the orders came to an end. */
        public double milliseconds(double percentile) {
            return microseconds.getValueAtPercentile(percentile) / 1_000.0;
        }
    }

    /** @param everySecond is told how many were sent and how many answered so far */
    public Outcome run(int perSecond, Duration length, Consumer<String> everySecond) {
        var microseconds = new ConcurrentHistogram(LONGEST_US, 3);
        var ends = new ConcurrentHashMap<String, Long>();
        var faults = new ConcurrentHashMap<String, Long>();
        var answered = new AtomicLong();
        long begin = System.nanoTime();
        long count = perSecond * length.toSeconds();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long number = 0; number < count; number++) {
                long due = begin + number * 1_000_000_000L / perSecond;
                sleepUntil(due);
                long order = number;
                executor.execute(() -> {
                    try {
                        ends.merge(place.apply(order).status(), 1L, Long::sum);
                        microseconds.recordValue(Math.min(LONGEST_US, (System.nanoTime() - due) / 1_000));
                    } catch (RefusedException e) {
                        faults.merge(String.valueOf(e.getMessage()), 1L, Long::sum);
                    } finally {
                        answered.incrementAndGet();
                    }
                });
                if ((number + 1) % perSecond == 0) {
                    everySecond.accept("%d sent, %d answered, %d without success".formatted(number + 1, answered.get(),
                            faults.values().stream().mapToLong(Long::longValue).sum()));
                }
            }
        }
        return new Outcome(count, new TreeMap<>(ends), new TreeMap<>(faults), microseconds,
                Duration.ofNanos(System.nanoTime() - begin));
    }

    private static void sleepUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
